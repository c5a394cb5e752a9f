/** What the other examples begin with: a publisher made from the environment, and what closes it. */
import {
  AwsCloud,
  type AwsCloudOptions,
  createImageServerClient,
  GrpcImageSource,
  type ImageSource,
  type JournalStore,
  openJournalStore,
  Publisher,
  readClientTls,
  readDefaults,
  UnpackerFleet,
} from '@ami-publisher/core';

export interface OpenPublisher {
  readonly cloud: AwsCloud;
  readonly journals: JournalStore;
  readonly publisher: Publisher;
  close(): Promise<void>;
}

/** @param wrap puts an image source of one's own before the image server */
export const openPublisher = async (
  cloudOptions: AwsCloudOptions = {},
  wrap = (images: ImageSource): ImageSource => images,
): Promise<OpenPublisher> => {
  const { certificateDirectory, imageServer, journal } = readDefaults();
  const tls = readClientTls({
    directory: certificateDirectory,
    roles: ['publisher', 'operator'],
    now: Date.now(),
  });
  const client = createImageServerClient({ address: imageServer, tls });
  const cloud = await AwsCloud.fromConfig(cloudOptions);
  const fleet = new UnpackerFleet({ cloud, tls });
  const journals = openJournalStore(journal);
  const publisher = new Publisher({ cloud, images: wrap(new GrpcImageSource(client)), fleet, journals });
  return {
    cloud,
    journals,
    publisher,
    close: async () => {
      client.close();
      await fleet.close();
      cloud.close();
    },
  };
};
