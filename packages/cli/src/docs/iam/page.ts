import { code, codeBlock, table } from '../markdown.js';
import { actionUses, commandsOfAws } from './actions.js';
import { extras } from './extras.js';
import { operatorActions, operatorPolicy } from './operator.js';
import { callerPolicy, publisherPolicy, readerPolicy } from './policies.js';
import { documentOf, type ExplainedPolicy } from './policy.js';
import { trustPolicy } from './trust.js';

/** The page about permissions, `docs/iam.md`, from the policies that the end-to-end tests run under. */
export const renderIamPage = (): string =>
  `${[
    '<!-- Written by `node scripts/docs.mjs`; a test compares it. Change the sources, not this file. -->',
    '# Permissions',
    intro,
    ...[publisherPolicy, readerPolicy, operatorPolicy, callerPolicy].map((policy) =>
      policySection('##', policy),
    ),
    trustSection,
    '## Where you use more\n\nStatements to add to the policy for publishers; words in capitals are for you to replace. Where no test is named they are as AWS documents them, and not proven.',
    ...extras.map((extra) => policySection('###', extra)),
    commandSection(),
    operatorSection(),
    provenSection,
    limitsSection,
  ].join('\n\n')}\n`;

const intro = `What ami-publisher may do in AWS, and no more. Replace \`aws\` in the ARNs by \`aws-cn\` in China and \`aws-us-gov\` in GovCloud.

Unpackers and image servers need nothing of this. What the role of an unpacker's instance may do is in
[unpacker.md](unpacker.md#role-of-the-instance), and what an image server with a bucket may do in [imageserver.md](imageserver.md#iam-policy-of-a-server-with-a-bucket).
What is denied ends the target with \`ACCESS_DENIED\` and names target, action and resource; [the table](#which-command-calls-what) says what it
was for. AWS may add an encoded message that \`aws sts decode-authorization-message\` explains.`;

const policySection = (heading: '##' | '###', policy: ExplainedPolicy): string =>
  [
    `${heading} ${policy.title}`,
    policy.about,
    codeBlock('json', [JSON.stringify(documentOf(policy), undefined, 2)]),
    table(
      ['statement', 'why'],
      policy.statements.map(({ statement, why }) => [code(statement.Sid), why]),
    ),
  ].join('\n\n');

const trustSection = `## Trust policy of the role

The role \`ami-publisher\` of a target account trusts the account that publishes, and asks for an external id if others could be made to name the
role (\`externalId\` in the configuration file). Sessions are called \`ami-publisher\`.

${codeBlock('json', [JSON.stringify(trustPolicy('arn:aws:iam::CALLER-ACCOUNT:role/CALLER', 'EXTERNAL-ID'), undefined, 2)])}

People: a permission set of IAM Identity Center with the policy for the caller, and \`aws sso login\`; the profile is the account's \`profile\`.
Build systems: a role that trusts their OIDC provider, with a condition on its \`sub\` claim, and \`AWS_WEB_IDENTITY_TOKEN_FILE\` or the system's own action
that sets keys; no keys that last. Steps take hours with large snapshots, and sessions of roles that were assumed by roles end after one: the
session is renewed as long as the caller's credentials are.`;

const commandSection = (): string =>
  [
    '## Which command calls what',
    'A dot: the command may call it. `status`, `publications`, `image`, `certs` and `schema` call nothing of AWS, but for a journal in S3; `status --publication` calls `ec2:DescribeImages`, `ec2:DescribeRegions`, `ec2:DescribeSnapshots` and `ec2:DescribeVolumes`, and `rollback --publication` calls `ec2:DescribeRegions` too. Beside these every command that names targets calls `sts:GetCallerIdentity`, which needs no permission.',
    table(
      ['action', 'for', ...commandsOfAws.map(code)],
      actionUses.map(({ action, why, commands }) => [
        code(action),
        why,
        ...commandsOfAws.map((command) => (commands.includes(command) ? '•' : '')),
      ]),
    ),
  ].join('\n\n');

const operatorSection = (): string =>
  [
    "## What operators' commands call",
    'Also when they are resumed or undone, and beside `ec2:DescribeRegions`. For the commands about used and unused AMIs see [there](#used-and-unused-amis).',
    table(
      ['command', 'actions'],
      Object.entries(operatorActions).map(([command, actions]) => [
        code(command),
        actions.toSorted().map(code).join(', '),
      ]),
    ),
  ].join('\n\n');

const provenSection = `## What is proven

- The end-to-end tests run under these policies, read from this page and enforced by the sandbox. One of them (\`test/e2e/iam.test.ts\`) runs every
  command, and fails if a call is denied, if an entry under \`Action\` is never used, or if a command calls what the table does not list; another
  (\`packages/cli/test/iam-operator.test.ts\`) does so for the operators', whose table has no action that is never called.
- \`packages/cli/test/iam.test.ts\` takes each entry and each condition away: without the entry, publishing fails with \`ACCESS_DENIED\` and its name; with
  the condition, what is not ours cannot be touched.
- Every action, resource type and condition key is checked against AWS's service authorization reference.`;

const limitsSection = `## What is not

- AWS itself was never asked. The sandbox follows AWS's documents; it knows no permission boundaries, service control policies, key policies or variables.
- KMS permissions, trust policies and external ids are from AWS's documents alone.
- Tags are as strong as the permission to write them: who may tag any instance, volume, snapshot or AMI in the account can widen what these
  policies allow.
- Accounts and regions are \`*\` in ARNs, since a role acts in its own account only; \`aws:RequestedRegion\` narrows the regions.
- \`ec2:VolumeSize\`, \`ec2:KmsKeyId\` and \`aws:RequestTag/ami-publisher:stream\` can narrow \`MakeVolumes\` to your sizes, keys and streams.`;
