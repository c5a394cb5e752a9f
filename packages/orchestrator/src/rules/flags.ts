import type { LifecycleEvent, LifecycleType } from '@ami-publisher/core';
import { prerequisiteText } from './messages.js';

/** A combination of switches that makes no sense; `isOn` says what is switched on, or, for `needs`, completed already. */
interface FlagRule {
  /** All of these on … */
  readonly all: readonly LifecycleEvent[];
  /** … and one of these, if there are any … */
  readonly any?: readonly LifecycleEvent[];
  /** … without this one. */
  readonly needs: LifecycleEvent;
  readonly text: string;
}

const rules: Readonly<Record<LifecycleType, readonly FlagRule[]>> = {
  'ami-creation': [
    {
      all: ['QA_CERTIFICATION_REQUEST', 'SMOKE_TESTS_AMI_CREATE'],
      needs: 'VULNERABILIY_SCANS_AMI_CREATE',
      text: prerequisiteText('QA_CERTIFICATION_REQUEST', 'VULNERABILIY_SCANS_AMI_CREATE', 'False'),
    },
    {
      all: ['BUILD_AMI'],
      any: ['VULNERABILIY_SCANS_AMI_CREATE', 'QA_CERTIFICATION_REQUEST'],
      needs: 'SMOKE_TESTS_AMI_CREATE',
      text: prerequisiteText('BUILD_AMI', 'SMOKE_TESTS_AMI_CREATE', 'False'),
    },
  ],
  'ami-patch': [
    {
      all: ['PATCH_AMI', 'VULNERABILITY_SCANS_AMI_PATCH'],
      needs: 'SMOKE_TESTS_AMI_PATCH',
      text: prerequisiteText('PATCH_AMI', 'SMOKE_TESTS_AMI_PATCH', 'False'),
    },
  ],
};

/**
 * What is wrong with the combination of events that are switched on; undefined if nothing is.
 *
 * @param completed what has been completed before, and need not be asked for again.
 */
export const flagFault = (
  type: LifecycleType,
  enabled: ReadonlySet<string>,
  completed: (event: LifecycleEvent) => boolean = () => false,
): string | undefined =>
  rules[type].find(
    ({ all, any, needs }) =>
      all.every((event) => enabled.has(event)) &&
      (any === undefined || any.some((event) => enabled.has(event))) &&
      !enabled.has(needs) &&
      !completed(needs),
  )?.text;
