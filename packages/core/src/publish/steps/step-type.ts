import type { AnyStep, Step, StepContext } from '../../steps/step.js';
import type { PublishSession } from '../session.js';
import type { PublishStepName, PublishValues } from '../values.js';

export type PublishStep<Name extends PublishStepName> = Step<PublishSession, PublishValues, Name>;
export type AnyPublishStep = AnyStep<PublishSession, PublishValues>;
export type PublishContext = StepContext<PublishSession, PublishValues>;

export { minuteMs } from '../../steps/step.js';
