import { type Clock, systemClock } from '@ami-publisher/base';
import {
  AwsCloud,
  type Cloud,
  createImageServerClient,
  GrpcImageSource,
  type JournalStore,
  Publisher,
  readClientTls,
  UnpackerFleet,
} from '@ami-publisher/core';
import type { SandboxAccount } from '@ami-publisher/sandbox';
import type { World } from '../../support/world.js';

export interface PublisherInProcess {
  readonly publisher: Publisher;
  readonly cloud: Cloud;
  close(): void;
}

export interface InProcessOptions {
  readonly world: World;
  readonly account: SandboxAccount;
  readonly journals: JournalStore;
  readonly clock: Clock;
  /** Stands between the publisher and its cloud. @default nothing */
  readonly wrap?: (cloud: Cloud) => Cloud;
}

/** A publisher in this process, for one account of the sandbox, whose AWS and gRPC calls are real. */
export const publisherInProcess = async (options: InProcessOptions): Promise<PublisherInProcess> => {
  const { account, world } = options;
  // The SDK's credential providers read the files that these name.
  Object.assign(process.env, world.environment);
  const directory = world.sandbox.certificatesDirectory ?? '';
  const tls = readClientTls({ directory, roles: ['publisher'], now: Date.now() });
  const aws = await AwsCloud.fromConfig({
    accounts: { [account.name]: { profile: account.name } },
    endpoint: world.sandbox.endpoint,
    clock: options.clock,
    requestTimeoutMs: 5_000,
  });
  const cloud = options.wrap?.(aws) ?? aws;
  const imageServer = createImageServerClient({ address: world.sandbox.imageServer, tls });
  return {
    cloud,
    publisher: new Publisher({
      cloud,
      images: new GrpcImageSource(imageServer),
      fleet: new UnpackerFleet({ cloud, tls }),
      journals: options.journals,
    }),
    close: () => {
      imageServer.close();
      aws.close();
    },
  };
};

/** Real time that runs `speed` times as fast, for waits of minutes beside a sandbox in real time. */
export const fastClock = (speed: number): Clock => {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * speed,
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
  };
};
