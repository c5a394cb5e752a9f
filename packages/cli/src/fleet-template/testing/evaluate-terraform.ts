import type { Tree } from './tree.js';

const data: Tree = {
  'data.aws_partition.current.partition': 'aws',
  'data.aws_caller_identity.current.account_id': '123456789012',
  'data.aws_region.current.region': 'eu-west-1',
};

/** What CloudFormation's attributes of the same resources are called. */
const attributes: Tree = { 'aws_kms_key.unpacker.arn': 'Key.Arn' };
const roleText = 'arn:aws:iam::123456789012:role/ami-publisher';

/** The template with every reference filled in; a reference to something that it does not declare is an error. */
export const evaluateTerraform = (template: Tree, values: Tree): Tree => {
  const byName = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name.replaceAll(/(?<!^)[A-Z]/g, '_$&').toLowerCase(),
      value,
    ]),
  );
  const reference = (path: string): string => {
    const [kind = '', name = ''] = path.split('.');
    if (path in data) return data[path];
    if (kind === 'var' && name in template.variable) return byName[name] ?? template.variable[name].default;
    if (template.resource[kind]?.[name.replace(/\[.*/, '')] !== undefined) return attributes[path] ?? path;
    throw new Error(`the template does not declare ${path}`);
  };
  /** References, and the one choice that is made between two texts. */
  const fill = (text: string): string => {
    const choice = /^\$\{var\.(\w+) == "" \? ("(?:[^"\\]|\\.)*") : ("(?:[^"\\]|\\.)*")\}$/.exec(text);
    if (choice !== null) {
      const [, name = '', whenEmpty = '', otherwise = ''] = choice;
      return fill(JSON.parse(reference(`var.${name}`) === '' ? whenEmpty : otherwise) as string);
    }
    const filled = text.replaceAll(/\$\{([\w.[\]]+)\}/g, (_, path: string) => reference(path));
    return filled.replaceAll(`"${roleText}"`, '"PublisherRole.Arn"');
  };
  const evaluate = (value: Tree): Tree => {
    if (typeof value === 'string') return fill(value);
    if (Array.isArray(value)) return value.map(evaluate);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, evaluate(item)]));
  };
  return { ...template, resource: evaluate(template.resource), output: evaluate(template.output) };
};
