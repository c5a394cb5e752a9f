import type { ClientTls } from '@ami-publisher/protocol';
import type { AwsCloud } from '../cloud/aws-cloud.js';
import type { Cloud, ResolvedTargets, ResolveOptions } from '../cloud/cloud.js';
import type { CallOptions } from '../cloud/ec2-api.js';
import type { WritableJournalStore } from '../steps/journal-location.js';
import type { ConnectorConfiguration } from '../target/account.js';
import { checkPlugin, pluginCommand } from '../unpacker/connectors/session-manager-plugin.js';
import type { UnpackerFleet } from '../unpacker/fleet.js';
import { examineAccounts } from './accounts.js';
import { examineCertificates } from './certificates.js';
import { doctorChecks, type Finding, found, ok, skipped } from './finding.js';
import { examineImageServer } from './image-server.js';
import { examineQuotas } from './quotas.js';
import { examineUnpackers } from './unpackers.js';

export interface DoctorOptions {
  readonly cloud: Cloud & Pick<AwsCloud, 'clientConfig' | 'identityOf'>;
  /** Which targets, as `Cloud.resolveTargets` takes them. */
  readonly selection: string;
  readonly skip?: string | undefined;
  /** Folder of client certificates; undefined in plain text. */
  readonly certificates: string | undefined;
  /** What is shown to daemons; undefined in plain text. May throw, as reading the folder does. */
  readonly tls: () => ClientTls | undefined;
  /** `host:port` */
  readonly imageServer: string;
  /** Asked for once there is a client certificate. */
  readonly fleet: () => UnpackerFleet;
  /** Where journals are, and the store of them. */
  readonly journal: string;
  readonly journals: () => WritableJournalStore;
}

type Options = DoctorOptions & CallOptions;

/**
 * Looks whether a publication could begin: who we are in each account, regions, clocks, certificates, the image server, the unpackers, quotas, and
 * whether journals can be written. Changes nothing, but for one object named `doctor` beside journals in S3, and starts no instance.
 *
 * @returns what was found, in the order of `doctorChecks`; what is broken is a finding and no error.
 */
export const examine = async (options: Options): Promise<readonly Finding[]> => {
  const tls = tlsOf(options);
  const resolving = resolve(options);
  const parts = await Promise.all([
    accounts(options, resolving),
    certificates(options),
    imageServer(options, tls),
    plugins(options, resolving),
    unpackers(options, resolving, tls),
    quotas(options, resolving),
    journal(options),
  ]);
  const rank = ({ check }: Finding) => doctorChecks.indexOf(check);
  return parts.flat().toSorted((a, b) => rank(a) - rank(b));
};

type Tls = { readonly value: ClientTls | undefined } | { readonly reason: unknown };
type Resolving = Promise<{ readonly resolved: ResolvedTargets } | { readonly reason: unknown }>;

const tlsOf = ({ tls }: Options): Tls => {
  try {
    return { value: tls() };
  } catch (reason) {
    return { reason };
  }
};

const resolve = async ({ cloud, selection, skip, signal }: Options): Resolving => {
  const options: ResolveOptions = { skip, signal };
  try {
    return { resolved: await cloud.resolveTargets(selection, options) };
  } catch (reason) {
    return { reason };
  }
};

const accounts = async ({ cloud }: Options, resolving: Resolving) => {
  const outcome = await resolving;
  return found({ check: 'credentials', subject: 'targets' }, () => {
    if ('reason' in outcome) throw outcome.reason;
    return examineAccounts(outcome.resolved, (account) => cloud.identityOf(account));
  });
};

const certificates = ({ certificates: directory, cloud }: Options) => {
  const check = 'certificates';
  if (directory === undefined) return [ok({ check, subject: 'none' }, 'plain text, by --insecure')];
  return found({ check, subject: directory }, () => examineCertificates(directory, cloud.clock.now()));
};

const needsCertificate = 'needs a client certificate';
const mendCertificates = 'put the certificates in order first';

const imageServer = ({ imageServer: address, cloud, signal }: Options, tls: Tls) => {
  const site = { check: 'image server', subject: address } as const;
  if ('reason' in tls) return [skipped(site, needsCertificate, mendCertificates)];
  return found(site, () => examineImageServer(address, tls.value, cloud.clock.now(), { signal }));
};

/** The plugin that a connector needs. */
const pluginOf = (connector: ConnectorConfiguration): string | undefined => {
  if (connector === 'ssm') return pluginCommand;
  return typeof connector === 'object' && 'ssm' in connector ? connector.ssm.plugin : undefined;
};

const plugins = async ({ cloud }: Options, resolving: Resolving) => {
  const outcome = await resolving;
  const targets = 'resolved' in outcome ? outcome.resolved.targets : [];
  const commands = new Set(targets.flatMap((target) => pluginOf(cloud.settings(target).connector) ?? []));
  const checked = [...commands].map((command) => {
    const site = { check: 'session manager plugin', subject: command } as const;
    return found(site, async () => {
      await checkPlugin(command);
      return ok(site, 'is there, and new enough');
    });
  });
  return (await Promise.all(checked)).flat();
};

const noTarget = (site: Pick<Finding, 'check' | 'subject'>): Finding =>
  skipped(site, 'there is no target to look in', 'put credentials and targets in order first');

const unpackers = async ({ fleet, signal }: Options, resolving: Resolving, tls: Tls) => {
  const outcome = await resolving;
  const site = { check: 'unpackers', subject: 'targets' } as const;
  if ('reason' in tls) return [skipped(site, needsCertificate, mendCertificates)];
  const targets = 'resolved' in outcome ? outcome.resolved.targets : [];
  if (targets.length === 0) return [noTarget(site)];
  return found(site, async () =>
    examineUnpackers(await fleet().list(targets, { signal }), fleet().instanceName),
  );
};

const quotas = async (options: Options, resolving: Resolving) => {
  const outcome = await resolving;
  const targets = 'resolved' in outcome ? outcome.resolved.targets : [];
  const site = { check: 'quotas', subject: 'targets' } as const;
  return targets.length === 0 ? [noTarget(site)] : found(site, () => examineQuotas(options, targets));
};

const journal = ({ journal: place, journals }: Options) => {
  const site = { check: 'journal', subject: place } as const;
  return found(site, async () => {
    await journals().checkWritable();
    return ok(site, 'can be written');
  });
};
