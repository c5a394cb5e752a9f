import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyDocument } from '@ami-publisher/sandbox';

const page = readFileSync(join(import.meta.dirname, '../../docs/iam.md'), 'utf8');

/** The policy under a heading of docs/iam.md, as a reader of the page would copy it. */
const policyOf = (heading: string): PolicyDocument => {
  const [, section] = page.split(new RegExp(`^###? ${heading}$`, 'm'));
  const json = /^```json\n([\s\S]*?)^```$/m.exec(section ?? '')?.[1];
  if (json === undefined) throw new Error(`docs/iam.md has no policy under "${heading}"`);
  return JSON.parse(json) as PolicyDocument;
};

/** The policies of docs/iam.md. */
export const pagePolicies = {
  publisher: policyOf('Policy for publishers'),
  reader: policyOf('Policy for readers'),
  operator: policyOf('Policy for operators'),
  caller: policyOf('Policy for the caller'),
  journals: policyOf('Journals in S3'),
  bootstrap: policyOf('The first AMI of a stream'),
  sharing: policyOf('Sharing AMIs'),
  consumer: policyOf('AMIs of a sharing account'),
  usage: policyOf('Used and unused AMIs'),
  lifecycle: policyOf('Lifecycle events'),
  imageBuilder: policyOf('Builds and patches by Image Builder'),
};

/** By command, the actions that the page says it may call. */
export const actionsOfCommands: ReadonlyMap<string, ReadonlySet<string>> = (() => {
  const [, section = ''] = page.split('\n## Which command calls what\n');
  const [head = [], ...rows] = [...section.matchAll(/^\| (.*) \|$/gm)].map(([, row = '']) =>
    row.split(' | '),
  );
  const commands = head.slice(2).map((cell) => cell.replaceAll('`', ''));
  const actions = rows.filter(([action]) => action?.startsWith('`'));
  return new Map(
    commands.map((command, index) => [
      command,
      new Set(
        actions.flatMap((row) => (row[index + 2]?.trim() === '•' ? (row[0] ?? '').replaceAll('`', '') : [])),
      ),
    ]),
  );
})();

/** The names of users and roles that every account of a sandbox has. */
export const identities = { user: 'administrator', role: 'ami-publisher' } as const;

/** The statements for Session Manager, which come on top of the publishers'. */
export const sessionManagerPolicy = policyOf('Session Manager');

/** The statements for unpackers of Go, which come on top of the publishers'. */
export const srpcPolicy = policyOf('Unpackers of Go');

/** Profiles of a sandbox use the user's keys, or the role by way of them; both may publish then, and nothing else. */
export const policiesFor = (
  ...extras: readonly PolicyDocument[]
): Readonly<Record<string, PolicyDocument>> => {
  const together = (policies: readonly PolicyDocument[]): PolicyDocument => ({
    Version: '2012-10-17',
    Statement: policies.flatMap(({ Statement }) => Statement),
  });
  return {
    [identities.role]: together([pagePolicies.publisher, ...extras]),
    [identities.user]: together([pagePolicies.publisher, pagePolicies.caller, ...extras]),
  };
};

/** The statement for instance profiles, for the role of the profile that is named, in whatever account. */
export const instanceProfilePolicy = (profile: string): PolicyDocument => {
  const text = JSON.stringify(policyOf('An instance profile'));
  return JSON.parse(text.replaceAll('ACCOUNT', '*').replaceAll('ROLE', profile)) as PolicyDocument;
};

/** The statement for journals in S3, with the words of the page filled in. */
export const journalPolicy = (bucket: string, prefix: string): PolicyDocument => {
  const text = JSON.stringify(pagePolicies.journals);
  return JSON.parse(text.replaceAll('BUCKET', bucket).replaceAll('PREFIX', prefix)) as PolicyDocument;
};
