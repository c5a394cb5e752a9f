import type { Cloud, Target } from '@ami-publisher/core';

/** Who may launch an AMI besides its owner. */
export interface Launchers {
  /** Account ids. */
  readonly accounts: readonly string[];
  /** ARNs of organizations and organizational units. @default none */
  readonly organizations?: readonly string[];
}

/** Lets accounts and organizations launch an AMI. Whoever may already goes on to; its owner needs no permission. */
export const shareAmi = async (
  cloud: Cloud,
  target: Target,
  image: string,
  { accounts, organizations = [] }: Launchers,
  signal: AbortSignal,
): Promise<void> => {
  const others = accounts.filter((id) => id !== target.accountId);
  const Add = [...others.map((UserId) => ({ UserId })), ...organizations.map(organization)];
  if (Add.length === 0) return;
  const ec2 = await cloud.ec2(target);
  await ec2.modifyImageAttribute({ ImageId: image, LaunchPermission: { Add } }, { signal });
};

const organization = (arn: string) =>
  arn.includes(':ou/') ? { OrganizationalUnitArn: arn } : { OrganizationArn: arn };
