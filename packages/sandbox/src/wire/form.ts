/** A parsed form body: `Filter.1.Name=a` is a value `a` three levels below the root. */
export interface FormNode {
  /** Dotted name from the root, for messages. */
  readonly path: string;
  value: string | undefined;
  readonly children: Map<string, FormNode>;
}

const node = (path: string): FormNode => ({ path, value: undefined, children: new Map() });

const childOf = (parent: FormNode, name: string): FormNode => {
  const existing = parent.children.get(name);
  if (existing !== undefined) return existing;
  const child = node(parent.path === '' ? name : `${parent.path}.${name}`);
  parent.children.set(name, child);
  return child;
};

/** Reads an `application/x-www-form-urlencoded` body (or a query string) as a tree. */
export const parseForm = (body: string): FormNode => {
  const root = node('');
  for (const [key, value] of new URLSearchParams(body)) {
    key.split('.').reduce(childOf, root).value = value;
  }
  return root;
};
