import type { Clock, Logger } from '@ami-publisher/base';
import type { Cloud, ImageServerClient, JournalStore, Publisher, UnpackerFleet } from '@ami-publisher/core';
import type { AwsClients } from '../aws/aws-clients.js';
import type { ExecutorConfiguration } from '../configuration/products.js';

/** What executors work with. */
export interface ExecutorServices {
  readonly cloud: Cloud;
  readonly clients: AwsClients;
  readonly publisher: Publisher;
  readonly fleet: UnpackerFleet;
  /** Where the publisher writes down what it does: an attempt that was cut short is found again there. */
  readonly journals: JournalStore;
  readonly images: Pick<ImageServerClient, 'findLatest' | 'getImage'>;
  readonly configuration: ExecutorConfiguration;
  readonly clock: Clock;
  readonly logger: Logger;
}
