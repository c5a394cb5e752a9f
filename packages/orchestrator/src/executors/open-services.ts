import { AmiPublisherError, type Clock, type Logger } from '@ami-publisher/base';
import {
  AwsCloud,
  createImageServerClient,
  openJournalStore,
  Publisher,
  parseConfiguration,
  readClientTls,
  readDefaults,
  readSrpcCredentials,
  UnpackerFleet,
} from '@ami-publisher/core';
import { GrpcImageSource } from '@ami-publisher/image';
import { AwsClients } from '../aws/aws-clients.js';
import { executorConfigurationSchema } from '../configuration/products.js';
import { readText } from '../configuration/read-text.js';
import { readYaml } from '../configuration/read-yaml.js';
import type { ExecutorServices } from './services.js';

export interface OpenServicesOptions {
  /** The configuration of the executors, YAML. */
  readonly file: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What executors work with, and its end. */
export interface OpenServices extends ExecutorServices {
  close(): Promise<void>;
}

/**
 * Reads the configuration of the executors and connects what they work with. AWS itself is not asked yet.
 *
 * @throws `INVALID_CONFIGURATION` with line and column, `CERTIFICATE_REFUSED` without a certificate of a publisher.
 */
export const openServices = async ({ file, clock, logger }: OpenServicesOptions): Promise<OpenServices> => {
  const configuration = readYaml(executorConfigurationSchema, await readText(file), file);
  const publishing = parseConfiguration(configuration.publisher, `${file}: publisher`);
  if (publishing.imageServerProtocol !== undefined) throw imageServerOfOurs(file);
  const defaults = readDefaults();
  const { accounts, overrides, connector, protocol, readBack, instanceName, imageServer, journal, srpc } =
    publishing;
  const directory = publishing.certificates ?? defaults.certificateDirectory;
  const tls = readClientTls({
    directory,
    roles: ['publisher', 'operator'],
    now: clock.now(),
  });
  const cloud = await AwsCloud.fromConfig({
    ...{ accounts, overrides, connector, protocol, readBack, clock, logger },
  });
  const images = createImageServerClient({ address: imageServer ?? defaults.imageServer, tls });
  const fleet = new UnpackerFleet({
    ...{ cloud, tls, instanceName },
    srpc: {
      tls: () =>
        readSrpcCredentials({
          directory: srpc?.certificates ?? directory,
          ca: srpc?.ca,
          now: clock.now(),
          logger,
        }),
      images: new GrpcImageSource(images),
    },
  });
  const journals = openJournalStore(journal ?? defaults.journal);
  const publisher = new Publisher({ cloud, images: new GrpcImageSource(images), fleet, journals });
  return {
    ...{ cloud, publisher, fleet, journals, images, configuration, clock, logger },
    clients: new AwsClients(cloud),
    close: async () => {
      images.close();
      await fleet.close();
      cloud.close();
    },
  };
};

const imageServerOfOurs = (file: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_CONFIGURATION', {
    message: `${file}: publisher.imageServerProtocol cannot be set here: executors take images from an image server of ours`,
    resource: file,
    remedy: 'leave it out; commands by hand can publish from an image server of Go',
  });
