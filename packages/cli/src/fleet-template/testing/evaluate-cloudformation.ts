import type { Tree } from './tree.js';

const pseudo: Tree = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': '123456789012',
  'AWS::Region': 'eu-west-1',
  'AWS::NoValue': undefined,
};

/** The parameters of a template, and its resources' properties, with every intrinsic function evaluated; attributes are `Resource.Attribute`. */
export const evaluateCloudFormation = (template: Tree, values: Tree): Tree => {
  const parameters = Object.fromEntries(
    Object.entries<Tree>(template.Parameters).map(([name, { Default }]) => [name, values[name] ?? Default]),
  );
  const known = { ...pseudo, ...parameters };
  const look = (name: string): unknown => {
    if (name in known) return known[name];
    if (name.split('.')[0]! in template.Resources) return name;
    throw new Error(`the template has no ${name}`);
  };
  const functions: Record<string, (argument: Tree) => unknown> = {
    Ref: look,
    'Fn::GetAtt': (path: string[]) => look(path.join('.')),
    'Fn::Sub': (text: string) => text.replaceAll(/\$\{([\w:.]+)\}/g, (_, name: string) => String(look(name))),
    'Fn::If': ([name, yes, no]) => evaluate(evaluate(template.Conditions[name]) ? yes : no),
    'Fn::Equals': ([a, b]) => evaluate(a) === evaluate(b),
    'Fn::Not': ([a]) => !evaluate(a),
    'Fn::Or': (all: unknown[]) => all.some((one) => evaluate(one)),
  };
  const evaluate = (value: Tree): Tree => {
    if (Array.isArray(value)) return value.map(evaluate).filter((item) => item !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const [[name, argument] = ['', undefined], ...more] = Object.entries(value);
    if (more.length === 0 && name in functions) return functions[name]!(argument);
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, item]) => [key, evaluate(item)])
        .filter(([, item]) => item !== undefined),
    );
  };
  return {
    Parameters: template.Parameters,
    Resources: Object.fromEntries(
      Object.entries<Tree>(template.Resources).map(([name, { Properties }]) => [name, evaluate(Properties)]),
    ),
    Outputs: evaluate(template.Outputs),
  };
};
