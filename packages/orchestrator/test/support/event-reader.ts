import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

/** Reads a stream of server-sent events. */
export class EventReader {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Events that nobody has taken; comments and settings are left out. */
  readonly seen: string[] = [];
  readonly ended: Promise<void>;
  readonly #request: ClientRequest;
  #waiting: ((event: string) => void)[] = [];

  private constructor(asked: ClientRequest, response: IncomingMessage) {
    this.#request = asked;
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (text + chunk).split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts.filter((one) => one.startsWith('event:'))) this.#take(part);
    });
    response.on('error', () => {
      // It was closed from here.
    });
    this.ended = new Promise((resolve) => response.once('close', resolve));
  }

  static open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      const asked = request(url, { headers }, (response) => resolve(new EventReader(asked, response)));
      asked.once('error', reject).end();
    });
  }

  /** The next event. */
  next(): Promise<string> {
    const event = this.seen.shift();
    return event === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(event);
  }

  close(): void {
    this.#request.destroy();
  }

  #take(event: string): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.seen.push(event);
    else waiting(event);
  }
}
