import { type Clock, isAmiPublisherError, type Logger } from '@ami-publisher/base';
import { withoutSecrets } from '../redaction.js';
import type { Delivery, NotificationOutbox } from '../store/notification-outbox.js';
import { type ChannelMethod, type NotificationChannels, notDelivered } from './channel.js';
import { messageOf } from './message.js';

export interface DispatcherOptions {
  readonly outbox: NotificationOutbox;
  readonly channels: NotificationChannels;
  /** Base of the URLs in messages, without a slash at its end. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Pause between looks for what is due, ms; also the shortest wait before another attempt. */
  readonly everyMs: number;
  /** How often a delivery is tried before it is given up. */
  readonly mostAttempts: number;
  /** Wait before the second attempt, ms; it doubles with each further one, up to an hour. */
  readonly retryMs: number;
}

/** So many are sent side by side. */
const batchSize = 10;
/** Longer than any channel takes: after it, whoever took a delivery has gone. */
const leaseMs = 120_000;
const longestRetryMs = 3_600_000;

/** Delivers what is due, at least once each, round after round. Any number of processes may do so on one database. */
export class NotificationDispatcher {
  readonly #options: DispatcherOptions;
  readonly #stopping = new AbortController();
  #rounds: Promise<void> | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#rounds ??= this.#run();
  }

  /** Begins nothing more, and waits for what is being sent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#rounds;
  }

  async #run(): Promise<void> {
    const { clock, everyMs, logger } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        // A full batch has more behind it.
        if ((await this.#deliverBatch()) === batchSize) continue;
      } catch (error) {
        logger.error('notifications could not be looked for', { error });
      }
      await clock.sleep(everyMs, signal).catch(() => {
        // The loop sees that it is to end.
      });
    }
  }

  async #deliverBatch(): Promise<number> {
    const claimed = await this.#options.outbox.claim(batchSize, leaseMs);
    await Promise.all(claimed.map((delivery) => this.#deliver(delivery)));
    return claimed.length;
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { outbox, logger } = this.#options;
    const { id, lifecycleId, method, attempts } = delivery;
    try {
      await this.#send(delivery);
      await outbox.delivered(id);
    } catch (reason) {
      const error = withoutSecrets(reason instanceof Error ? reason.message : String(reason));
      const nextAt = this.#nextAttempt(reason, attempts);
      logger.warn('a notification was not delivered', { id, lifecycleId, method, attempts, nextAt, error });
      await outbox.failed(id, error, nextAt);
    }
  }

  async #send(delivery: Delivery): Promise<void> {
    const { channels, publicUrl, mostAttempts } = this.#options;
    const { method, target, attempts } = delivery;
    // Those who tried before may all have been cut short.
    if (attempts > mostAttempts)
      throw notDelivered(`${mostAttempts} attempts came to nothing`, { retryable: false });
    const channel = channels[method as ChannelMethod];
    if (channel === undefined)
      throw notDelivered(`this server does not tell by ${method}`, {
        retryable: false,
        remedy: 'add it to the file of --notifications',
      });
    await channel.send(messageOf(delivery, publicUrl), target);
  }

  #nextAttempt(reason: unknown, attempts: number): Date | null {
    const { clock, mostAttempts, retryMs } = this.#options;
    const isLast = attempts >= mostAttempts || (isAmiPublisherError(reason) && !reason.retryable);
    if (isLast) return null;
    return new Date(clock.now() + Math.min(retryMs * 2 ** (attempts - 1), longestRetryMs));
  }
}
