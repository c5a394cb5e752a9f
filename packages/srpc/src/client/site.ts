import { AmiPublisherError, type ErrorCode, isAmiPublisherError } from '@ami-publisher/base';
import { WireFault } from '../wire/wire-fault.js';

/** What kind of daemon is talked to: how its calls are named, and with which codes they fail. */
export interface DaemonKind {
  /** Begins the name of a call in messages, `unpacker:GetStatus`. */
  readonly name: 'unpacker' | 'image';
  readonly unreachable: ErrorCode;
  /** The code of an error text that says nothing more precise. */
  readonly failed: ErrorCode;
}

/** The kinds of daemons. */
export const daemonKinds = {
  unpacker: { name: 'unpacker', unreachable: 'UNPACKER_UNREACHABLE', failed: 'UNPACKER_FAILED' },
  imageServer: { name: 'image', unreachable: 'IMAGE_SERVER_UNREACHABLE', failed: 'IMAGE_SERVER_FAILED' },
} as const satisfies Record<string, DaemonKind>;

/** Which daemon is talked to, for messages. */
export interface Site {
  readonly kind: DaemonKind;
  /** What messages call its address. */
  readonly peer: string;
}

/** The error text that a daemon has answered a call with; the connection is ready for the next one. */
export class Refusal extends Error {}

/** What texts of the daemons mean; the first that fits. They are plain text and know no codes. */
const meanings: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^access to method denied$/, 'ROLE_REFUSED'],
  [/^unknown service: |^[^ ]*: unknown method: /, 'PROTOCOL_UNSUPPORTED'],
  [/^unknown stream$/, 'STREAM_NOT_FOUND'],
  [/^image not found$/, 'IMAGE_NOT_FOUND'],
  [/unknown objects?: [0-9a-f]{128}$/, 'OBJECT_MISSING'],
  [/^unknown device ID: |^no available device$|^no new devices found$|^no device$/, 'DEVICE_NOT_FOUND'],
  [/^device ID: .* used by: |^too many new devices found$/, 'DEVICE_IN_USE'],
  [/^(stream scan|fetch|update) in progress$|^(already )?preparing to capture$/, 'UNPACKER_BUSY'],
  [/^not yet scanned$|^stream not idle$|^no file-system$/, 'NOT_SEALABLE'],
  [/no space left on device/, 'NO_SPACE'],
];

/** What to do about errors of a code, as far as that can be said. */
const remedies: Partial<Record<ErrorCode, string>> = {
  ROLE_REFUSED: 'use a certificate that grants the method',
  PROTOCOL_UNSUPPORTED: 'check that the daemon is of the right kind, and new enough',
  UNPACKER_BUSY: 'wait until the stream is idle; if it stays so, restart the unpacker',
};

/** Without the service, as other calls are named. */
const nameOf = (site: Site, call: string): string => `${site.kind.name}:${call.replace(/^.*\./, '')}`;

/** The error of a call that a daemon has refused or that failed there. */
export const refused = (site: Site, call: string, refusal: Refusal): AmiPublisherError => {
  const text = refusal.message;
  const code = meanings.find(([pattern]) => pattern.test(text))?.[1] ?? site.kind.failed;
  const remedy = remedies[code];
  return new AmiPublisherError(code, {
    message: `${nameOf(site, call)} at ${site.peer}: ${text}`,
    call: nameOf(site, call),
    resource: site.peer,
    cause: refusal,
    ...(remedy !== undefined && { remedy }),
  });
};

/** The error of a call that did not get an answer in time. */
export const timedOut = (site: Site, call: string, ms: number): AmiPublisherError =>
  new AmiPublisherError('TIMED_OUT', {
    message: `${nameOf(site, call)} at ${site.peer} did not answer within ${ms / 1000} s`,
    call: nameOf(site, call),
    resource: site.peer,
    remedy: 'what it was to do may go on there; look at the log of the daemon',
  });

/** The error of a call whose connection broke, or did not keep to the protocol. */
export const broken = (site: Site, call: string, reason: unknown): AmiPublisherError => {
  if (isAmiPublisherError(reason)) return reason;
  const message = reason instanceof Error ? reason.message : String(reason);
  const common = { call: nameOf(site, call), resource: site.peer, cause: reason };
  if (reason instanceof WireFault && reason.kind !== 'ended') {
    return new AmiPublisherError('PROTOCOL_BROKEN', {
      ...common,
      message: `${nameOf(site, call)} at ${site.peer}: ${message}`,
      remedy: 'check what answers there; the connection has been closed',
    });
  }
  return new AmiPublisherError(site.kind.unreachable, {
    ...common,
    message: `${nameOf(site, call)}: no answer from ${site.peer}: ${message}`,
    remedy: 'check that the daemon runs there and that the network lets you through',
  });
};
