import { parseGrantees, shareAmi, type Target } from '@ami-publisher/core';
import type { ExecutorServices } from './services.js';

/** Who may launch an AMI besides its owner. */
export interface Launchers {
  /** Account ids. */
  readonly accounts: readonly string[];
  /** ARNs of organizations and organizational units. @default none */
  readonly organizations?: readonly string[];
}

/**
 * Lets accounts and organizations launch and copy an AMI. Whoever may already goes on to; its owner needs no permission.
 *
 * @throws what sharing does, `AMI_NOT_SHARABLE` above all
 */
export const shareWith = async (
  { cloud, logger }: Pick<ExecutorServices, 'cloud' | 'logger'>,
  target: Target,
  imageId: string,
  { accounts, organizations = [] }: Launchers,
  signal: AbortSignal,
): Promise<void> => {
  const named = [...accounts, ...organizations];
  if (named.length === 0) return;
  const grantees = parseGrantees(named, 'accounts and organizations');
  await shareAmi({ cloud, target, imageId, grantees, signal, note: (text) => logger.info(text) });
};
