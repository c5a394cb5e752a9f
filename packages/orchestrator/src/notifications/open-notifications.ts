import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import { matchesPattern } from '@ami-publisher/core';
import { readText } from '../configuration/read-text.js';
import { readYaml } from '../configuration/read-yaml.js';
import type { AlsoTold } from '../store/notices.js';
import type { NotificationChannels } from './channel.js';
import { type NotificationConfiguration, notificationConfigurationSchema } from './configuration.js';
import { EmailChannel } from './email-channel.js';
import { defaultTemplates, readTemplates, type Templates } from './templates.js';
import { TopicChannel } from './topic-channel.js';
import { WebhookChannel } from './webhook-channel.js';

/** How and whom a server tells. */
export interface Notifications {
  readonly channels: NotificationChannels;
  readonly alsoTold: AlsoTold;
  /** How often a delivery is tried. */
  readonly mostAttempts: number;
}

const timeoutMs = 15_000;
const shortestSecret = 24;
const ports = { 'smtp:': 587, 'smtps:': 465 } as const;

/**
 * Reads the configuration of notifications and the files that it names.
 *
 * @throws `INVALID_CONFIGURATION` with line and column, or for a file that cannot be read or does not hold what it should.
 */
export const openNotifications = async (file: string, clock: Clock): Promise<Notifications> => {
  const configuration = readYaml(notificationConfigurationSchema, await readText(file), file);
  const { email, webhooks, topics, recipients, attempts } = configuration;
  const templates =
    configuration.templates === undefined ? defaultTemplates : await readTemplates(configuration.templates);
  return {
    channels: {
      ...(email !== undefined && { EMAIL: await emailChannel(email, templates) }),
      ...(webhooks !== undefined && { HTTP: await webhookChannel(webhooks, clock) }),
      ...(topics !== undefined && { SNS: new TopicChannel({ templates, timeoutMs }) }),
    },
    alsoTold: toldBy(recipients),
    mostAttempts: attempts,
  };
};

const toldBy =
  (recipients: NotificationConfiguration['recipients']): AlsoTold =>
  ({ kind }, { stackTag, productName }) =>
    recipients
      .filter(
        ({ kinds, stackTags, products }) =>
          (kinds?.includes(kind) ?? true) &&
          matchesPattern(stackTags, stackTag) &&
          matchesPattern(products, productName),
      )
      .map(({ to }) => to);

const emailChannel = async (
  { server, user, passwordFile, caFile, from }: NonNullable<NotificationConfiguration['email']>,
  templates: Templates,
): Promise<EmailChannel> => {
  const { protocol, hostname, port } = new URL(server);
  const host = hostname.replaceAll(/[[\]]/g, '');
  const starttls = isThisMachine(host) ? 'none' : 'starttls';
  return new EmailChannel({
    ...{ host, from, templates, timeoutMs },
    port: port === '' ? ports[protocol as keyof typeof ports] : Number(port),
    tls: protocol === 'smtps:' ? 'implicit' : starttls,
    ...(caFile !== undefined && { ca: await readText(caFile) }),
    ...(user !== undefined &&
      passwordFile !== undefined && { auth: { user, pass: (await readText(passwordFile)).trim() } }),
  });
};

const isThisMachine = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

const webhookChannel = async (
  { secretFile, privateHosts }: NonNullable<NotificationConfiguration['webhooks']>,
  clock: Clock,
): Promise<WebhookChannel> => {
  const lines = (await readText(secretFile)).split('\n').filter((line) => line.trim() !== '');
  const secrets = lines.map((line) => Buffer.from(line.trim().replace(/^whsec_/, ''), 'base64'));
  if (secrets.length === 0 || secrets.some(({ length }) => length < shortestSecret))
    throw new AmiPublisherError('INVALID_CONFIGURATION', {
      message: `expected ${secretFile} to hold secrets of at least ${shortestSecret} bytes, whsec_ and base64, one a line`,
      resource: secretFile,
      remedy: 'make one: `echo "whsec_$(openssl rand -base64 32)"`',
    });
  return new WebhookChannel({ secrets, privateHosts, clock, timeoutMs });
};
