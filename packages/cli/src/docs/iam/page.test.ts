import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { actionUses } from './actions.js';
import { operatorPolicy } from './operator.js';
import { renderIamPage } from './page.js';
import { publisherPolicy, readerPolicy } from './policies.js';
import { documentOf, type ExplainedPolicy } from './policy.js';
import { instancePolicy } from './unpacker.js';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../../../../${path}`, import.meta.url));

const actionsOf = (policy: ExplainedPolicy): string[] =>
  [...new Set(policy.statements.flatMap(({ statement }) => statement.Action))].sort();

describe('the page about permissions', () => {
  it('is what docs/iam.md holds; `node scripts/docs.mjs` writes it anew', async () => {
    await expect(renderIamPage()).toMatchFileSnapshot(pathOf('docs/iam.md'));
  });

  it('lets publishers call what its table lists, and nothing else', () => {
    expect(actionsOf(publisherPolicy)).toEqual(actionUses.map(({ action }) => action).sort());
  });

  it('lets readers call what the reading commands call, and nothing else', () => {
    const reading = actionUses.filter(({ commands }) =>
      commands.some((command) => ['plan', 'list-unpackers', 'list-streams', 'doctor'].includes(command)),
    );
    expect(actionsOf(readerPolicy)).toEqual(reading.map(({ action }) => action).sort());
    expect(reading.filter(({ action }) => !/:(Describe|Get)/.test(action))).toEqual([]);
  });

  it('shows on the page about unpackers what a template lets their instances do', () => {
    const page = readFileSync(pathOf('docs/unpacker.md'), 'utf8');
    const [, json = ''] = /^### Role of the instance$.*?^```json$(.*?)^```$/ms.exec(page) ?? [];
    const { Statement } = JSON.parse(json) as { Statement: { Action: string | string[] }[] };
    const shown = Statement.map((statement) => ({ ...statement, Action: [statement.Action].flat() }));
    expect(shown).toEqual(documentOf(instancePolicy).Statement);
  });

  it.each([publisherPolicy, operatorPolicy])(
    'has a $title that fits a managed policy, of at most 6,144 characters without blanks (IAM quotas)',
    (policy) => {
      expect(JSON.stringify(documentOf(policy)).length).toBeLessThan(6_144);
    },
  );

  it.each(['unpacker', 'imageserver'])('[W86] may say that the %s calls nothing of AWS', (name) => {
    const { dependencies } = JSON.parse(readFileSync(pathOf(`packages/${name}/package.json`), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const aws = Object.keys(dependencies).filter((dependency) => /aws-sdk|smithy/.test(dependency));
    expect(aws).toEqual([]);
  });
});
