import { randomUUID } from 'node:crypto';
import { defaultKeyPolicy, type KeyPolicy } from '../kms/key-policy.js';

/** A grant: what somebody may do with a key, besides what its policy says. */
export interface KmsGrant {
  readonly id: string;
  readonly name: string | undefined;
  /** ARN. */
  readonly grantee: string;
  readonly operations: readonly string[];
}

/** A KMS key. */
export interface KmsKey {
  readonly arn: string;
  /** Who owns it. */
  readonly accountId: string;
  /** AWS's own keys cannot be shared, nor their policies be changed. */
  readonly manager: 'AWS' | 'CUSTOMER';
  readonly policy: KeyPolicy;
  /** By id. */
  readonly grants: Map<string, KmsGrant>;
  enabled: boolean;
}

/** The KMS keys that EBS can use in one account and region: AWS's own for EBS, made on first use, and those added. */
export class KmsKeys {
  readonly #accountId: string;
  readonly #arnPrefix: string;
  readonly #keys = new Map<string, KmsKey>();
  readonly #aliases = new Map<string, string>();

  constructor(accountId: string, region: string) {
    this.#accountId = accountId;
    this.#arnPrefix = `arn:aws:kms:${region}:${accountId}:`;
  }

  /** ARN of the key behind `alias/aws/ebs`. */
  get defaultKey(): string {
    return this.#aliases.get('alias/aws/ebs') ?? this.#add('AWS', 'alias/aws/ebs');
  }

  /** Makes a customer key. @param policy by default the one that AWS gives: the owner may do everything. @returns its ARN */
  add(alias?: string, policy?: KeyPolicy): string {
    return this.#add('CUSTOMER', alias, policy);
  }

  /** The key of that ARN. */
  get(arn: string): KmsKey | undefined {
    return this.#keys.get(arn);
  }

  /** Every key's ARN, AWS's own among them, with its aliases. */
  list(): ReadonlyMap<string, readonly string[]> {
    this.resolve('alias/aws/ebs');
    const aliasesOf = (arn: string) =>
      [...this.#aliases].filter(([, key]) => key === arn).map(([name]) => name);
    return new Map([...this.#keys.keys()].map((arn) => [arn, aliasesOf(arn)]));
  }

  /** ARN of the key that a key id, key ARN, alias or alias ARN names. */
  resolve(name: string): string | undefined {
    const local = name.startsWith(this.#arnPrefix) ? name.slice(this.#arnPrefix.length) : name;
    if (local === 'alias/aws/ebs') return this.defaultKey;
    if (local.startsWith('alias/')) return this.#aliases.get(local);
    const arn = `${this.#arnPrefix}key/${local.replace(/^key\//, '')}`;
    return this.#keys.has(arn) ? arn : undefined;
  }

  #add(manager: KmsKey['manager'], alias?: string, policy = defaultKeyPolicy(this.#accountId)): string {
    const arn = `${this.#arnPrefix}key/${randomUUID()}`;
    this.#keys.set(arn, {
      ...{ arn, accountId: this.#accountId, manager, policy },
      grants: new Map(),
      enabled: true,
    });
    if (alias !== undefined) this.#aliases.set(alias, arn);
    return arn;
  }
}

/** The key that a name means in an account and region: its own, or by an ARN that of another account; `all` is what accounts have there. */
export const findKey = (
  { kmsKeys }: { readonly kmsKeys: KmsKeys },
  all: readonly { readonly kmsKeys: KmsKeys }[],
  name: string,
): KmsKey | undefined =>
  kmsKeys.get(kmsKeys.resolve(name) ?? '') ??
  all.map((other) => other.kmsKeys.get(name)).find((key) => key !== undefined);
