import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as it came over the wire. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers as they came, and the body, read. */
  readonly text: string;
}

/** A server of mail that wants a login. */
export interface MailServer {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** Statuses of the next mails in place of success, the first one first. */
  readonly refusals: number[];
  close(): Promise<void>;
}

/** Undoes quoted-printable below the headers. */
const decoded = (raw: string): string => {
  const end = raw.indexOf('\r\n\r\n');
  const body = raw
    .slice(end)
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_all, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
  return raw.slice(0, end) + body;
};

export const startMailServer = async (login: { user: string; pass: string }): Promise<MailServer> => {
  const mails: ReceivedMail[] = [];
  const refusals: number[] = [];
  const refused = (responseCode: number) => Object.assign(new Error('not now'), { responseCode });
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) => {
      const isRight = username === login.user && password === login.pass;
      // A careless server repeats what it was told.
      if (isRight) done(null, { user: username });
      else done(new Error(`bad login ${username} ${password}`));
    },
    onRcptTo: (_address, _session, done) => {
      const status = refusals.shift();
      done(status === undefined ? null : refused(status));
    },
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        const to = rcptTo.map(({ address }) => address);
        mails.push({ from, to, text: decoded(Buffer.concat(chunks).toString()) });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    refusals,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};

/** A request as a webhook receives it. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How a receiver answers a request: a status, after a while, perhaps with where to go instead. */
export interface ReceiverAnswer {
  readonly status: number;
  readonly afterMs?: number;
  readonly location?: string;
}

export interface Receiver {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Of the next requests by path, the first one first. @default 204 */
  readonly answers: Map<string, ReceiverAnswer[]>;
  close(): Promise<void>;
}

export const startReceiver = async (): Promise<Receiver> => {
  const requests: ReceivedRequest[] = [];
  const answers = new Map<string, ReceiverAnswer[]>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '';
    requests.push({ path, headers: request.headers, body: Buffer.concat(chunks).toString() });
    const { status, afterMs = 0, location } = answers.get(path)?.shift() ?? { status: 204 };
    setTimeout(() => response.writeHead(status, { ...(location && { location }) }).end(), afterMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answers,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

const toleranceSeconds = 300;

/** What a receiver does with a request before it believes it: https://www.standardwebhooks.com, written without our code. */
export const isAuthentic = (secret: string, { headers, body }: ReceivedRequest, now: number): boolean => {
  const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']];
  if (Math.abs(now / 1_000 - Number(timestamp)) > toleranceSeconds) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .map((signature) => Buffer.from(signature.replace('v1,', ''), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
};
