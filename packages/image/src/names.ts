import { AmiPublisherError } from '@ami-publisher/base';

/** The two parts of an image's name. */
export interface ImageName {
  /** `/`-separated, such as `base/debian-12`. */
  readonly stream: string;
  readonly leaf: string;
}

const maxStreamBytes = 200;
const maxLeafBytes = 128;
const allowed = /^[A-Za-z0-9._+:@~=-]*$/;

interface Rule {
  readonly broken: (component: string) => boolean;
  readonly text: string;
}

const componentRules: readonly Rule[] = [
  { broken: (c) => c === '', text: 'must not have empty components' },
  { broken: (c) => c === '.' || c === '..', text: 'must not have `.` or `..` as a component' },
  { broken: (c) => !allowed.test(c), text: 'may have letters, digits and . _ - + : @ ~ = only' },
  { broken: (c) => c.startsWith('-') || c.startsWith('~'), text: 'must not begin a component with - or ~' },
];

const invalid = (what: string, value: string, rule: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_NAME', {
    message: `${what} ${JSON.stringify(value)} ${rule}`,
    resource: value,
    remedy: 'names look like base/debian-12/2026-01-31',
  });

const check = (what: string, value: string, components: readonly string[], maxBytes: number): string => {
  if (value.length > maxBytes) throw invalid(what, value, `is longer than ${maxBytes} bytes`);
  for (const component of components) {
    const rule = componentRules.find((candidate) => candidate.broken(component));
    if (rule !== undefined) throw invalid(what, value, rule.text);
  }
  return value;
};

/**
 * Checks the name of a stream.
 *
 * @throws `INVALID_NAME` naming the rule and the value.
 */
export const parseStreamName = (value: string): string =>
  check('stream name', value, value.split('/'), maxStreamBytes);

/**
 * Checks the name of a leaf, one component.
 *
 * @throws `INVALID_NAME` naming the rule and the value.
 */
export const parseLeafName = (value: string): string => check('leaf name', value, [value], maxLeafBytes);

/**
 * Splits `STREAM/LEAF` at the last slash.
 *
 * @throws `INVALID_NAME` naming the rule and the value.
 */
export const parseImageName = (value: string): ImageName => {
  const slash = value.lastIndexOf('/');
  if (slash === -1) throw invalid('image name', value, 'must have the form STREAM/LEAF');
  return { stream: parseStreamName(value.slice(0, slash)), leaf: parseLeafName(value.slice(slash + 1)) };
};

/** `STREAM/LEAF`. */
export const formatImageName = (name: ImageName): string => `${name.stream}/${name.leaf}`;
