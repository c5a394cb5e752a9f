import { allPages } from '../../cloud/describe.js';
import type { SsmParameter } from '../../cloud/ssm-api.js';
import type { Look, Use } from './uses.js';

/** Not `SecureString`: AWS takes no AMI from those. */
const types = ['String', 'StringList'];
/** The most whose values AWS gives in one answer. */
const valuesPerCall = 10;

/** Values of all parameters of the account's own that may hold an AMI's id, those without a path as well. */
export const listParameters = async ({ cloud, target, signal }: Look): Promise<SsmParameter[]> => {
  const api = await cloud.ssm(target);
  const described = await allPages(
    (page) => api.describeParameters({ types, page }, { signal }),
    (page) => page.Parameters,
  );
  const names = described.flatMap(({ Name }) => Name ?? []);
  const found: SsmParameter[] = [];
  for (let start = 0; start < names.length; start += valuesPerCall) {
    const answer = await api.getParameters(names.slice(start, start + valuesPerCall), { signal });
    found.push(...(answer.Parameters ?? []));
  }
  return found;
};

/** The id alone, in a list, or within a larger text. */
const imageId = /\bami-(?:[0-9a-f]{17}|[0-9a-f]{8})\b/g;

export const parameterUses = ({ Name: name = '', Value = '' }: SsmParameter): Use[] =>
  [...new Set(Value.match(imageId))].map((of) => ({
    of,
    kind: 'parameter',
    resource: name,
    text: `parameter ${name} of Systems Manager`,
  }));
