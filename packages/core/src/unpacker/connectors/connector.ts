import { AmiPublisherError } from '@ami-publisher/base';
import type { Instance } from '@aws-sdk/client-ec2';
import type { Target } from '../../target/target.js';

/** The unpacker's port, as in the reference. */
export const unpackerPort = 6974;

/** Which unpacker is to be reached. */
export interface ConnectRequest {
  readonly target: Target;
  /** As EC2 describes it; it runs. */
  readonly instance: Instance;
  /** Aborts when nobody waits for the connection any more. */
  readonly signal: AbortSignal;
}

/** A way to one unpacker, for one client. TLS goes through it from end to end, so it need not be trusted. */
export interface UnpackerConnection {
  /** Where gRPC connects to: `host:port`, or `unix:/path`. */
  readonly address: string;
  /** What messages call it. @default the address */
  readonly name?: string | undefined;
  /** Whether `address` is only the near end of a way that leaves this machine; then plain text is refused. @default false */
  readonly isTunnel?: boolean | undefined;
  /** What to do when nothing answers there, as a sentence without a full stop. */
  readonly remedy: string;
  /** Aborts when the way has broken off for good, with an `AmiPublisherError` as its reason; the next call opens another. */
  readonly lost?: AbortSignal | undefined;
  /** Why the way does not work, if the connector knows more than that nothing answers. */
  fault?(): AmiPublisherError | undefined | Promise<AmiPublisherError | undefined>;
  /** Gives the way up. What takes longer is waited for by the connector's `close`. */
  close?(): void;
}

/**
 * How the unpackers of a target are reached. Implement it for a network that the built-in ones do not know, and give it to
 * `UnpackerFleet` as `connectorOf`.
 *
 * @example
 * const bastion: UnpackerConnector = {
 *   name: 'bastion',
 *   open: async ({ instance }) => ({
 *     address: await forwardedPort(instance.PrivateIpAddress),
 *     isTunnel: true,
 *     remedy: 'check the SSH connection to the bastion host',
 *   }),
 * };
 */
export interface UnpackerConnector {
  /** For messages. */
  readonly name: string;
  /** Whether a way takes more than a connection or two; then none is opened for a plan, which asks EC2 instead. @default false */
  readonly isCostly?: boolean | undefined;
  /**
   * Opens a way to an unpacker. It is called at a client's first call, not before, and again when the way was lost.
   *
   * @throws `UNPACKER_UNREACHABLE` while the way may still come up (it is tried again), another code where that is of no use.
   */
  open(request: ConnectRequest): Promise<UnpackerConnection>;
  /** Ends whatever is open, and resolves when it has ended. */
  close?(): Promise<void>;
}

/** The instance's private address with the unpacker's port. @throws `UNPACKER_ADDRESS_MISSING` */
export const privateAddress = ({
  instance,
  connector,
}: {
  instance: Instance;
  connector: string;
}): string => {
  if (instance.PrivateIpAddress !== undefined) return `${instance.PrivateIpAddress}:${unpackerPort}`;
  throw noAddress(
    instance,
    `has no private address, which connector ${connector} needs`,
    'put it into a subnet',
  );
};

/** @returns the error of an instance that a connector has no address for. */
export const noAddress = (instance: Instance, what: string, remedy: string): AmiPublisherError =>
  new AmiPublisherError('UNPACKER_ADDRESS_MISSING', {
    message: `the unpacker instance ${instance.InstanceId ?? 'without an id'} ${what}`,
    resource: instance.InstanceId ?? 'unknown',
    remedy,
  });
