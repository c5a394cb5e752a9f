import { AmiPublisherError } from '@ami-publisher/base';
import type { ClientTls } from '@ami-publisher/protocol';
import { type DaemonWire, probeWire, type SrpcClientTls } from '@ami-publisher/srpc';
import type { Instance } from '@aws-sdk/client-ec2';
import type { Cloud } from '../cloud/cloud.js';
import { formatTarget, type Target } from '../target/target.js';
import type { UnpackerConnection, UnpackerConnector } from './connectors/connector.js';
import { createGrpcUnpackerClient } from './grpc-unpacker-client.js';
import { idOf } from './instances.js';
import { createSrpcUnpackerClient } from './srpc/client.js';
import type { ImageLookUp } from './srpc/stream-work.js';
import type { UnpackerOperatorClient } from './unpacker-client.js';

/** What unpackers of Go are spoken to with. */
export interface SrpcFleetOptions {
  /** Is asked for at the first unpacker of that kind. */
  readonly tls: () => SrpcClientTls | 'plain-text';
  /** Says which image is meant by a name, since such an unpacker waits for ever for one that is not there. */
  readonly images: ImageLookUp;
}

/** Options of `UnpackerWires`. */
export interface UnpackerWiresOptions {
  readonly cloud: Cloud;
  readonly tls: ClientTls | undefined;
  readonly srpc: SrpcFleetOptions | undefined;
}

/** Where a client is to be made for. */
export interface UnpackerPlace {
  readonly target: Target;
  readonly instance: Instance;
  /** By which the way was opened. */
  readonly connector: UnpackerConnector;
}

/** Makes the clients of unpackers, by what the configuration says that they speak, or by what they were found to speak. */
export class UnpackerWires {
  readonly #options: UnpackerWiresOptions;
  /** By instance and address: an instance that was replaced may have got its address. */
  readonly #found = new Map<string, Promise<DaemonWire>>();

  constructor(options: UnpackerWiresOptions) {
    this.#options = options;
  }

  /** @throws `UNPACKER_UNREACHABLE` if it had to be asked and does not answer, `CERTIFICATE_REFUSED`, `INVALID_CONFIGURATION`. */
  async createClient(
    place: UnpackerPlace,
    connection: UnpackerConnection,
    signal: AbortSignal,
  ): Promise<UnpackerOperatorClient> {
    const { cloud } = this.#options;
    const { protocol } = cloud.settings(place.target);
    const wire = protocol === 'auto' ? await this.#probe(place, connection, signal) : protocol;
    return wire === 'grpc' ? this.#grpc(place, connection) : this.#srpc(place, connection);
  }

  /** Asks once; what did not answer is asked again. */
  #probe(
    { instance }: UnpackerPlace,
    connection: UnpackerConnection,
    signal: AbortSignal,
  ): Promise<DaemonWire> {
    const { address, name } = connection;
    const key = `${idOf(instance)} ${address}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const probing = probeWire({ address, name, isSecure: this.#options.tls !== undefined, signal });
    this.#found.set(key, probing);
    probing.catch(() => this.#found.delete(key));
    return probing;
  }

  #grpc(place: UnpackerPlace, connection: UnpackerConnection): UnpackerOperatorClient {
    const { target } = place;
    const { tls } = this.#options;
    const { address, isTunnel, name } = connection;
    if (isTunnel && tls === undefined) throw plainTextRefused(place);
    const expect = { account: target.accountId, region: target.region };
    return createGrpcUnpackerClient({ address, name, tls, expect });
  }

  #srpc(place: UnpackerPlace, connection: UnpackerConnection): UnpackerOperatorClient {
    const { instance, target } = place;
    const { cloud, srpc } = this.#options;
    if (srpc === undefined) throw noSrpc(place);
    const { address, isTunnel, name } = connection;
    const tls = srpc.tls();
    if (isTunnel && tls === 'plain-text') throw plainTextRefused(place);
    const { clock, logger } = cloud;
    const ec2 = () => cloud.ec2(target);
    const { images } = srpc;
    const { readBack } = cloud.settings(target);
    return createSrpcUnpackerClient({
      ...{ address, name, tls, instanceId: idOf(instance), ec2, images, readBack, clock, logger },
    });
  }
}

const plainTextRefused = ({ connector, instance, target }: UnpackerPlace): AmiPublisherError =>
  new AmiPublisherError('CERTIFICATE_REFUSED', {
    message: `refusing to talk plain text to ${idOf(instance)} through connector ${connector.name}, which leaves this machine`,
    target: formatTarget(target),
    resource: idOf(instance),
    remedy: 'name the folder with your certificates (--certs)',
  });

const noSrpc = ({ instance, target }: UnpackerPlace): AmiPublisherError =>
  new AmiPublisherError('INVALID_CONFIGURATION', {
    message: `${idOf(instance)} speaks SRPC, which this fleet was not set up for`,
    target: formatTarget(target),
    resource: idOf(instance),
    remedy: 'give UnpackerFleet the option srpc',
  });
