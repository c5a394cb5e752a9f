import type { PublishInput } from '@aws-sdk/client-sns';

/** A message as it was published. */
export interface PublishedMessage extends PublishInput {
  readonly MessageId: string;
}

/** A topic with all that was ever published to it; nobody subscribes here. */
export interface TopicRecord {
  readonly arn: string;
  readonly messages: PublishedMessage[];
}
