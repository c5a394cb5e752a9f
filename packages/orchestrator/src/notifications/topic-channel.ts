import { fromAwsError, loadClient } from '@ami-publisher/core';
import type { SNSClient } from '@aws-sdk/client-sns';
import { type NotificationChannel, notDelivered } from './channel.js';
import type { Message } from './message.js';
import { rendered, type Templates } from './templates.js';

export interface TopicChannelOptions {
  readonly templates: Templates;
  /** How long a call may take, ms. */
  readonly timeoutMs: number;
}

/** SNS takes subjects of printable ASCII, a hundred characters at most. */
const longestSubject = 100;

/** Publishes to topics of SNS, with the credentials that AWS's SDK finds. */
export class TopicChannel implements NotificationChannel {
  readonly #options: TopicChannelOptions;
  /** One for each region. */
  readonly #clients = new Map<string, SNSClient>();

  constructor(options: TopicChannelOptions) {
    this.#options = options;
  }

  async send(message: Message, target: string): Promise<void> {
    const sdk = await loadClient({
      name: '@aws-sdk/client-sns',
      neededBy: 'a notification to a topic of SNS',
      otherwise: 'tell by mail or by a webhook',
      load: () => import('@aws-sdk/client-sns'),
    });
    const { subject, text } = rendered(this.#options.templates, message);
    const isFifo = target.endsWith('.fifo');
    const command = new sdk.PublishCommand({
      TopicArn: target,
      Subject: subject.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, longestSubject),
      Message: text,
      MessageAttributes: attributesOf(message),
      ...(isFifo && { MessageGroupId: message.lifecycleId, MessageDeduplicationId: message.id }),
    });
    try {
      await this.#client(sdk, target).send(command);
    } catch (reason) {
      const { message: why, retryable } = fromAwsError(reason, { call: 'sns:Publish', resource: target });
      throw notDelivered(why, { retryable });
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy();
  }

  #client(sdk: typeof import('@aws-sdk/client-sns'), topic: string): SNSClient {
    const region = topic.split(':')[3] ?? '';
    const known = this.#clients.get(region);
    if (known !== undefined) return known;
    const { timeoutMs } = this.#options;
    const client = new sdk.SNSClient({
      region,
      // What fails is tried again later anyway.
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: timeoutMs,
        requestTimeout: timeoutMs,
        throwOnRequestTimeout: true,
      },
    });
    this.#clients.set(region, client);
    return client;
  }
}

/** Subscriptions can be filtered by them. */
const attributesOf = ({ id, kind, event, lifecycleId, stackTag, productName }: Message) =>
  Object.fromEntries(
    Object.entries({
      ...{ message_id: id, kind, lifecycle_id: lifecycleId, stack_tag: stackTag, product_name: productName },
      ...(event !== null && { event }),
    }).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
