import { createTransport } from 'nodemailer';
import { type NotificationChannel, notDelivered } from './channel.js';
import type { Message } from './message.js';
import { rendered, type Templates } from './templates.js';

export interface EmailChannelOptions {
  readonly host: string;
  readonly port: number;
  /** `implicit` from the first byte, `starttls` before anything is said, `none` only on this machine. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** Certificates of authorities in place of Node's, PEM. */
  readonly ca?: string | undefined;
  readonly auth?: { readonly user: string; readonly pass: string } | undefined;
  /** Sender, `Name <address>` or an address. */
  readonly from: string;
  readonly templates: Templates;
  /** How long each step of a conversation may take, ms. */
  readonly timeoutMs: number;
}

/** Sends mail by SMTP, in plain text and HTML. */
export class EmailChannel implements NotificationChannel {
  readonly #options: EmailChannelOptions;

  constructor(options: EmailChannelOptions) {
    this.#options = options;
  }

  async send(message: Message, to: string): Promise<void> {
    const { from, templates } = this.#options;
    const transport = this.#transport();
    try {
      await transport.sendMail({
        ...{ from, to, ...rendered(templates, message) },
        messageId: `<${message.id}@ami-orchestrator>`,
        // Mail programs show the mails of a lifecycle together.
        references: `<${message.lifecycleId}@ami-orchestrator>`,
        date: message.at,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Lifecycle-Id': message.lifecycleId },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
    } catch (cause) {
      throw this.#notSent(cause);
    } finally {
      transport.close();
    }
  }

  #transport() {
    const { host, port, tls, ca, auth, timeoutMs } = this.#options;
    return createTransport({
      ...{
        host,
        port,
        secure: tls === 'implicit',
        requireTLS: tls === 'starttls',
        ignoreTLS: tls === 'none',
      },
      ...(ca !== undefined && { tls: { ca } }),
      ...(auth !== undefined && { auth: { ...auth } }),
      ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
      dnsTimeout: timeoutMs,
    });
  }

  /** What a server says to a password may repeat it. */
  #notSent(cause: unknown): Error {
    const { code, responseCode, message } = cause as {
      readonly code?: string;
      readonly responseCode?: number;
      readonly message?: string;
    };
    const { host, port } = this.#options;
    const isLogin = code === 'EAUTH';
    const why = isLogin ? `refuses the login (${responseCode})` : `fails: ${message}`;
    // A wrong password is mended by who runs the server; an address that is refused never is.
    const isFinal = !isLogin && responseCode !== undefined && responseCode >= 500;
    return notDelivered(`the mail server ${host}:${port} ${why}`, { retryable: !isFinal });
  }
}
