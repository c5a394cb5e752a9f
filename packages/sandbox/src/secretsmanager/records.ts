/** One value of a secret. */
export interface SecretVersion {
  readonly id: string;
  readonly value: string;
  readonly created: Date;
}

/** A secret with the versions that have a label. */
export interface SecretRecord {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly kmsKeyId: string | undefined;
  readonly created: Date;
  readonly changed: Date;
  /** When it is to be deleted; undefined for one that stays. */
  readonly deletionDate: Date | undefined;
  readonly current: SecretVersion;
  readonly previous: SecretVersion | undefined;
}
