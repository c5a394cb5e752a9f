import { type Finding, ok, warning } from './finding.js';

/** Servers tell their time to the second, and the answer travels. Machines that share a journal need clocks that agree to some seconds. */
const toleratedMs = 5_000;
/** AWS refuses requests whose time is off by more (IAM user guide, "Troubleshoot signed requests for AWS APIs"). */
const refusedMs = 5 * 60_000;

/** @param aheadMs how far the other clock is ahead of this machine's */
export const examineClock = (subject: string, aheadMs: number): Finding => {
  const site = { check: 'clock', subject } as const;
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  if (Math.abs(aheadMs) <= toleratedMs) return ok(site, 'agrees with the clock of this machine');
  const detail = `is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the clock of this machine`;
  const remedy = 'have both machines take their time from NTP (chrony or systemd-timesyncd)';
  return Math.abs(aheadMs) <= refusedMs
    ? warning(site, detail, remedy)
    : { ...site, status: 'failure', detail, remedy };
};
