/** Names of keys whose values are never stored, told or logged; compared without case, `-` and `_`. */
const secretNames: ReadonlySet<string> = new Set([
  'apikey',
  'xapikey',
  'authorization',
  'password',
  'secret',
  'token',
  'tasktoken',
]);

const isSecret = (name: string): boolean => secretNames.has(name.replaceAll(/[-_]/g, '').toLowerCase());

/**
 * A JSON value without what must not be kept: keys that are named after credentials, and, in all texts, the key that the caller presented.
 *
 * @param presented the caller's key.
 */
export const withoutCredentials = (value: unknown, presented?: string): unknown => {
  if (typeof value === 'string')
    return presented === undefined ? value : value.replaceAll(presented, '[redacted]');
  if (Array.isArray(value)) return value.map((item) => withoutCredentials(item, presented));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !isSecret(name))
      .map(([name, item]) => [name, withoutCredentials(item, presented)]),
  );
};

/** Patterns of secrets in running text. */
const secretPatterns: readonly (readonly [RegExp, string])[] = [
  // A password in a URL.
  [/(:\/\/[^\s/:@]*):[^\s/@]+@/g, '$1:[redacted]@'],
  // `api_key=…`, `"password": "…"`, `Authorization: Bearer …`, the signature of a URL of AWS.
  [
    /((?:api[-_]?key|authorization|password|secret[\w-]*|token|x-amz-(?:signature|security-token|credential))["']?\s*[=:]\s*["']?(?:(?:bearer|basic)\s+)?)[^\s"'&,;]+/gi,
    '$1[redacted]',
  ],
  // A key of this server; forty hexadecimal digits are a commit.
  [/\b(?![0-9a-f]{40}\b)[A-Za-z0-9]{40}\b/g, '[redacted]'],
];

/** A text that others will read, without what looks like a password or a key in it. */
export const withoutSecrets = (text: string): string =>
  secretPatterns.reduce((clean, [pattern, replacement]) => clean.replaceAll(pattern, replacement), text);
