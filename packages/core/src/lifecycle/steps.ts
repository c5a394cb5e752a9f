import { invalidOption } from '@ami-publisher/base';
import { type LifecycleEvent, type LifecycleType, makingEvent, requestableEvents } from './events.js';

/** What a request may have run after the AMI was made. */
const lifecycleSteps = ['SMOKE_TESTS', 'VULNERABILITY_SCANS', 'QA_CERTIFICATION_REQUEST'] as const;
export type LifecycleStep = (typeof lifecycleSteps)[number];

/** The steps that a creation or a patch has. */
export const stepsOfType = (type: LifecycleType): readonly LifecycleStep[] =>
  lifecycleSteps.filter((step) => eventsOfSteps[type][step] !== undefined);

/** The event that a step is in a creation and in a patch. */
const eventsOfSteps: Readonly<
  Record<LifecycleType, Readonly<Partial<Record<LifecycleStep, LifecycleEvent>>>>
> = {
  'ami-creation': {
    SMOKE_TESTS: 'SMOKE_TESTS_AMI_CREATE',
    VULNERABILITY_SCANS: 'VULNERABILIY_SCANS_AMI_CREATE',
    QA_CERTIFICATION_REQUEST: 'QA_CERTIFICATION_REQUEST',
  },
  'ami-patch': {
    SMOKE_TESTS: 'SMOKE_TESTS_AMI_PATCH',
    VULNERABILITY_SCANS: 'VULNERABILITY_SCANS_AMI_PATCH',
  },
};

/** What a request is to run. */
export interface RequestedSteps {
  readonly type: LifecycleType;
  /** Whether the AMI is to be made, rather than to go on from what there is. */
  readonly isNew: boolean;
  readonly steps: readonly LifecycleStep[];
}

/** The events of a request, all that there are, switched on or off. */
export const requestedEvents = ({ type, isNew, steps }: RequestedSteps) => {
  const wanted = new Set(steps.map((step) => eventsOfSteps[type][step]));
  return requestableEvents[type].map((name) => ({
    name,
    enabled: name === makingEvent[type] ? isNew : wanted.has(name),
  }));
};

/** The events that are switched on, in order. */
export const enabledEvents = (requested: RequestedSteps): readonly LifecycleEvent[] =>
  requestedEvents(requested).flatMap(({ name, enabled }) => (enabled ? name : []));

/**
 * The steps that a list of names asks for: `all`, or names such as `smoke-tests`.
 *
 * @param isNew whether the AMI is to be made, rather than to go on from what there is
 * @throws `INVALID_OPTION`
 */
export const parseSteps = (names: readonly string[], type: LifecycleType, isNew: boolean): RequestedSteps => {
  const known = stepsOfType(type);
  if (names.includes('all')) return { type, isNew, steps: known };
  const steps = names.map((name) => {
    const step = known.find((candidate) => nameOf(candidate) === name);
    if (step === undefined) throw invalidOption('event', ['all', ...known.map(nameOf)].join(', '), name);
    return step;
  });
  return { type, isNew, steps };
};

const nameOf = (step: string): string => step.toLowerCase().replaceAll('_', '-');
