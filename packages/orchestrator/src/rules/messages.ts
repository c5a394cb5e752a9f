import { creationEvents, type LifecycleEvent, patchEvents } from '@ami-publisher/core';

const sequence = (events: readonly string[]): string => events.join(' -> ');

/** The creation events in order, as texts name them. */
export const creationSequence = sequence(creationEvents);

/** There is no blank after `order.`: clients know the text as it is. */
const order =
  `AMI Lifecycle events are sequential and must be completed in order.The order for AMI_CREATION events are: ${creationSequence}. ` +
  `The order for AMI_PATCH events are: ${sequence(patchEvents)}.`;

/** An event that comes before has not been completed. */
export const prerequisiteText = (event: LifecycleEvent, previous: LifecycleEvent, status: string): string =>
  `Unable to proceed with ${event} event as a previous event ${previous} is in ${status} state. ${order}`;

/** The event has been completed already. */
export const immutableText = (event: LifecycleEvent): string =>
  `Unable to proceed with ${event} event as it has already been completed. AMI Lifecycle events are immutable, once an event has been completed ` +
  `successfully it can not be repeated. ${order}`;

/** There is no AMI yet. The original went on with the whole record, keys included; this names the lifecycle only. */
export const noAmiText = {
  'ami-creation': (lifecycleId: string) => `Unable to get the detail of the created ami. ${lifecycleId}`,
  'ami-patch': (lifecycleId: string) => `Unable to get the details of the patched ami. ${lifecycleId}`,
} as const;

export const certifiedText =
  'A QA Certification CERTIFIED response has already been received for this AMI lifecycle. Lifecycle events are immutable. ' +
  'There is no need to attempt to recertify this AMI.';

export const approvedText =
  'A Mark for Production APPROVED response has already been received for this AMI lifecycle. Lifecycle events are immutable. ' +
  'There is no need to attempt to re-approve this AMI.';

const creationsFirst =
  'An AMI Patch request can only proceed when all AMI Creation events have completed successfully. ' +
  `Ensure that the following AMI Creation events are completed: ${creationSequence}`;

/** A patch was asked for before the creation had any result. */
export const noCreationText = `The outputs_ami_creation attribute is missing. ${creationsFirst}`;

/** A patch was asked for before all events of the creation had results. */
export const creationCountText = (count: number): string =>
  `Number of actual AMI Creation events: ${count} does not match the number of expected AMI Creation events: ${creationEvents.length}. ${creationsFirst}`;

/** A patch was asked for while an event of the creation is refused. */
export const creationStatusText = (event: LifecycleEvent, status: string): string =>
  `AMI Creation event: ${event} has status ${status}. An AMI Patch operation can only be peformed when all AMI Creation events have been completed. ` +
  `AMi Creation event: ${event} has status ${status}.`;

/** The component of a patch cannot be had from S3. */
export const noComponentText = (url: string, reason: string): string =>
  `The specified patch_component_url, ${url}, does not exist in S3. This is a mandatory attribute. ` +
  `Please verify the location and existence of this file and try again. The specific error message is: ${reason}`;

/** An attempt took longer than any may. */
export const timeoutText = (minutes: number, execution: string): string =>
  `Event in progress has been running for more than ${minutes} minutes. This most likely indicates a state machine timeout or failure. ` +
  `Please check the executing state machine for more details. ${execution}`;
