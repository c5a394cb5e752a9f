import { AmiPublisherError } from '@ami-publisher/base';
import type { Message } from './message.js';

/** Methods of notifications, as requests and the configuration name them. */
export const channelMethods = ['EMAIL', 'HTTP', 'SNS'] as const;
export type ChannelMethod = (typeof channelMethods)[number];

/** One way to tell people and machines. */
export interface NotificationChannel {
  /** @throws `NOTIFICATION_FAILED`, retryable if the same message may get through later; the text has no secrets. */
  send(message: Message, target: string): Promise<void>;
}

/** The channels of a server; a method without one cannot be delivered. */
export type NotificationChannels = Readonly<Partial<Record<ChannelMethod, NotificationChannel>>>;

/** A message did not get through. */
export const notDelivered = (
  message: string,
  options: { readonly retryable: boolean; readonly remedy?: string; readonly cause?: unknown },
): AmiPublisherError => new AmiPublisherError('NOTIFICATION_FAILED', { message, ...options });
