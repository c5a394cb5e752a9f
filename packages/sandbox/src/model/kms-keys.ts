import { randomUUID } from 'node:crypto';

/** The KMS keys that EBS can use in one account and region: AWS's own for EBS, made on first use, and those added. */
export class KmsKeys {
  readonly #arnPrefix: string;
  readonly #keys = new Set<string>();
  readonly #aliases = new Map<string, string>();

  constructor(accountId: string, region: string) {
    this.#arnPrefix = `arn:aws:kms:${region}:${accountId}:`;
  }

  /** ARN of the key behind `alias/aws/ebs`. */
  get defaultKey(): string {
    return this.#aliases.get('alias/aws/ebs') ?? this.add('alias/aws/ebs');
  }

  /** Makes a customer key. @returns its ARN */
  add(alias?: string): string {
    const arn = `${this.#arnPrefix}key/${randomUUID()}`;
    this.#keys.add(arn);
    if (alias !== undefined) this.#aliases.set(alias, arn);
    return arn;
  }

  /** ARN of the key that a key id, key ARN, alias or alias ARN names. */
  resolve(name: string): string | undefined {
    const local = name.startsWith(this.#arnPrefix) ? name.slice(this.#arnPrefix.length) : name;
    if (local === 'alias/aws/ebs') return this.defaultKey;
    if (local.startsWith('alias/')) return this.#aliases.get(local);
    const arn = `${this.#arnPrefix}key/${local.replace(/^key\//, '')}`;
    return this.#keys.has(arn) ? arn : undefined;
  }
}
