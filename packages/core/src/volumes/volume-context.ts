import type { Ec2Api } from '../cloud/ec2-api.js';
import type { Poller } from '../cloud/poller.js';
import type { StepContext } from '../steps/step.js';

/** What work on volumes needs of a step, of whatever it is a step. */
export interface VolumeContext
  extends Pick<StepContext<unknown, unknown>, 'target' | 'signal' | 'intend' | 'openIntent'> {
  readonly services: { readonly ec2: Ec2Api; readonly poller: Poller };
}
