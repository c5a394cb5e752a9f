/**
 * Whether an `Owner` list of a request takes in what the account owns. For what is visible to its owner only, so
 * that any other owner leaves nothing.
 */
export const isOwnedBy = (accountId: string, owners: readonly string[] | undefined): boolean =>
  owners === undefined || owners.length === 0 || owners.includes('self') || owners.includes(accountId);
