import { AmiPublisherError } from '@ami-publisher/base';
import type { SavedPermission } from '../amis/launch-permissions.js';
import type { JsonObject } from '../steps/json.js';
import { formatTarget, type Target } from '../target/target.js';

/** Somebody to share AMIs with. */
export interface Grantee extends JsonObject {
  readonly kind: 'account' | 'organization' | 'unit';
  /** Twelve digits of an account, or the ARN of an organization or of a unit of one. */
  readonly id: string;
  /** `o-…`; null for an account. */
  readonly organization: string | null;
  /** `ou-…`; null but for a unit. */
  readonly unit: string | null;
}

const organizationArn = /^arn:aws[\w-]*:organizations::\d{12}:organization\/(o-[a-z0-9]{10,32})$/;
const unitArn =
  /^arn:aws[\w-]*:organizations::\d{12}:ou\/(o-[a-z0-9]{10,32})\/(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/;

const parseGrantee = (text: string, option: string): Grantee => {
  const id = text.trim();
  if (/^\d{12}$/.test(id)) return { kind: 'account', id, organization: null, unit: null };
  const [, ofUnit, unit] = unitArn.exec(id) ?? [];
  if (ofUnit !== undefined && unit !== undefined) return { kind: 'unit', id, organization: ofUnit, unit };
  const [, organization] = organizationArn.exec(id) ?? [];
  if (organization !== undefined) return { kind: 'organization', id, organization, unit: null };
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `expected \`${option}\` to be an account id of 12 digits, or the ARN of an organization or of an organizational unit, got ${JSON.stringify(text)}`,
    resource: option,
    remedy:
      'give 123456789012, arn:aws:organizations::…:organization/o-…, or arn:aws:organizations::…:ou/o-…/ou-…',
  });
};

/**
 * Those that the values name, each once.
 *
 * @param option for messages
 * @throws `INVALID_OPTION` for a value of another form, or for none
 */
export const parseGrantees = (values: readonly string[], option: string): Grantee[] => {
  const named = new Map(values.map((text) => parseGrantee(text, option)).map((one) => [one.id, one]));
  if (named.size > 0) return [...named.values()];
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `expected \`${option}\` to name at least one account, organization or organizational unit`,
    resource: option,
  });
};

/**
 * All but the target's own account, to which everything belongs anyway.
 *
 * @throws `INVALID_OPTION` for an organization of another partition
 */
export const othersThan = (target: Target, grantees: readonly Grantee[]): Grantee[] => {
  const stranger = grantees.find(
    ({ kind, id }) => kind !== 'account' && !id.startsWith(`arn:${target.partition}:`),
  );
  if (stranger === undefined) return grantees.filter(({ id }) => id !== target.accountId);
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `${stranger.id} is not of the partition ${target.partition}`,
    target: formatTarget(target),
    resource: stranger.id,
  });
};

/** As a launch permission. */
export const permissionOf = ({ kind, id }: Grantee): SavedPermission => {
  switch (kind) {
    case 'account':
      return { UserId: id };
    case 'organization':
      return { OrganizationArn: id };
    case 'unit':
      return { OrganizationalUnitArn: id };
  }
};

/** Ids of the accounts among them; snapshots are shared with no others. */
export const accountsAmong = (grantees: readonly Grantee[]): string[] =>
  grantees.flatMap(({ kind, id }) => (kind === 'account' ? id : []));
