import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Clock } from '@ami-publisher/base';
import { type NotificationChannel, notDelivered } from './channel.js';
import { type Message, valuesOf } from './message.js';
import { isPublicAddress, PrivateAddress, publicLookup } from './public-addresses.js';

export interface WebhookChannelOptions {
  /** Each signs every request, so that receivers can be moved from one to the next. */
  readonly secrets: readonly Buffer[];
  /** Hosts that may be reached although their addresses are not of the internet. */
  readonly privateHosts: readonly string[];
  readonly clock: Clock;
  /** How long a receiver may take, ms. */
  readonly timeoutMs: number;
}

/** Answers that say that there is no use in asking again. */
const gone = 410;
const isRedirect = (status: number): boolean => status >= 300 && status < 400;

/** Posts JSON to a URL, signed as https://www.standardwebhooks.com describes it. */
export class WebhookChannel implements NotificationChannel {
  readonly #options: WebhookChannelOptions;

  constructor(options: WebhookChannelOptions) {
    this.#options = options;
  }

  async send(message: Message, target: string): Promise<void> {
    const url = new URL(target);
    this.#requirePublic(url);
    const body = JSON.stringify({ id: message.id, ...valuesOf(message) });
    const seconds = String(Math.floor(this.#options.clock.now() / 1_000));
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'ami-orchestrator',
      'webhook-id': message.id,
      'webhook-timestamp': seconds,
      'webhook-signature': this.#options.secrets
        .map((secret) => signature(secret, message.id, seconds, body))
        .join(' '),
    };
    const status = await this.#post(url, headers, body);
    if (status >= 200 && status < 300) return;
    throw notDelivered(
      isRedirect(status)
        ? `${url.origin} answers with a redirect (${status}), which is not followed`
        : `${url.origin} answers ${status}`,
      { retryable: status !== gone && !isRedirect(status) },
    );
  }

  /** Names are looked at when they are looked up; addresses never are. */
  #requirePublic({ hostname }: URL): void {
    const address = hostname.replaceAll(/[[\]]/g, '');
    if (isIP(address) !== 0 && !isPublicAddress(address) && !this.#isAllowed(hostname))
      throw privateAddress(hostname);
  }

  #isAllowed(hostname: string): boolean {
    return this.#options.privateHosts.includes(hostname);
  }

  /** @returns the status; the body is not looked at. */
  #post(url: URL, headers: Record<string, string>, body: string): Promise<number> {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const signal = AbortSignal.timeout(this.#options.timeoutMs);
    const found = this.#isAllowed(url.hostname) ? {} : { lookup: publicLookup };
    return new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', headers, signal, agent: false, ...found }, (response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      });
      sent.on('error', (cause) => reject(this.#notReached(url, cause, signal.aborted)));
      sent.end(body);
    });
  }

  #notReached({ origin, hostname }: URL, cause: Error, isLate: boolean): Error {
    if (cause instanceof PrivateAddress) return privateAddress(hostname);
    const why = isLate ? `has not answered within ${this.#options.timeoutMs} ms` : `fails: ${cause.message}`;
    return notDelivered(`${origin} ${why}`, { retryable: true, cause });
  }
}

const signature = (secret: Buffer, id: string, seconds: string, body: string): string =>
  `v1,${createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64')}`;

const privateAddress = (hostname: string): Error =>
  notDelivered(`${hostname} is not an address of the internet`, {
    retryable: false,
    remedy: 'name it among webhooks.privateHosts if it is meant',
  });
