import { AmiPublisherError, counted } from '@ami-publisher/base';
import {
  type ClientTls,
  createImageServerClient,
  type ProbedDaemon,
  probeDaemon,
} from '@ami-publisher/protocol';
import type { CallOptions } from '../cloud/ec2-api.js';
import { examineClock } from './clocks.js';
import { describeExpiry, expiryOf } from './expiry.js';
import { type Finding, ok, warning } from './finding.js';

const check = 'image server';
const answerWithinMs = 10_000;

/**
 * Connects to the image server as a publisher does: whether it answers, is trusted, trusts us, is ready, and what it has.
 *
 * @throws `IMAGE_SERVER_UNREACHABLE`, `CERTIFICATE_REFUSED`, `ROLE_REFUSED`, `INVALID_OPTION` for an address of another form.
 */
export const examineImageServer = async (
  address: string,
  tls: ClientTls | undefined,
  now: number,
  options: CallOptions,
): Promise<readonly Finding[]> => {
  const expect = { service: 'imageserver', account: '*', region: '*' } as const;
  checkAddress(address);
  const probed = await probeDaemon({ address, tls, expect, timeoutMs: answerWithinMs, ...options });
  const streams = await countStreams(address, tls, options);
  return [
    readiness(address, probed, streams),
    ...age(address, probed.certificateExpiresAt, now),
    ...(probed.clockAheadMs === undefined
      ? []
      : [examineClock(`image server ${address}`, probed.clockAheadMs)]),
  ];
};

const checkAddress = (address: string): void => {
  const port = Number(/^(?:\[[\da-fA-F:]+\]|[^\s/:]+):(\d{1,5})$/.exec(address)?.[1]);
  if (port >= 1 && port <= 65_535) return;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `expected \`imageServer\` to be host:port, got ${JSON.stringify(address)}`,
    resource: address,
    remedy: 'write it as images.example.org:6971',
  });
};

const countStreams = async (
  address: string,
  tls: ClientTls | undefined,
  options: CallOptions,
): Promise<number> => {
  const client = createImageServerClient({ address, tls });
  try {
    return (await client.listStreams({}, { ...options, deadlineMs: answerWithinMs })).streams.length;
  } finally {
    client.close();
  }
};

const readiness = (address: string, { isReady, says }: ProbedDaemon, streams: number): Finding => {
  const site = { check, subject: address } as const;
  return isReady
    ? ok(site, `answers, and has ${counted(streams, 'stream')}`)
    : warning(site, `answers, but is not ready: ${says}`, 'wait until it is, or look at its log');
};

const age = (address: string, expiresAt: number | undefined, now: number): readonly Finding[] => {
  if (expiresAt === undefined) return [];
  const site = { check: 'certificates', subject: `image server ${address}` } as const;
  const detail = describeExpiry(expiresAt, now);
  if (expiryOf(expiresAt, now) === 'good') return [ok(site, detail)];
  const remedy = "renew the image server's certificate; it follows its files without a restart";
  return [warning(site, detail, remedy)];
};
