/** The texts of the original, written out: clients compare them. */
const sequence =
  'AMI Lifecycle events are sequential and must be completed in order.The order for AMI_CREATION events are: BUILD_AMI -> SMOKE_TESTS_AMI_CREATE -> VULNERABILIY_SCANS_AMI_CREATE -> QA_CERTIFICATION_REQUEST -> QA_CERTIFICATION_RESPONSE -> MARK_FOR_PRODUCTION_CREATE. The order for AMI_PATCH events are: PATCH_AMI -> SMOKE_TESTS_AMI_PATCH -> VULNERABILITY_SCANS_AMI_PATCH -> MARK_FOR_PRODUCTION_PATCH.';

export const prerequisite = (event: string, previous: string, status = 'NOT_STARTED') =>
  `Unable to proceed with ${event} event as a previous event ${previous} is in ${status} state. ${sequence}`;

export const immutable = (event: string) =>
  `Unable to proceed with ${event} event as it has already been completed. AMI Lifecycle events are immutable, once an event has been completed successfully it can not be repeated. ${sequence}`;

export const recertify =
  'A QA Certification CERTIFIED response has already been received for this AMI lifecycle. Lifecycle events are immutable. There is no need to attempt to recertify this AMI.';
export const reapprove =
  'A Mark for Production APPROVED response has already been received for this AMI lifecycle. Lifecycle events are immutable. There is no need to attempt to re-approve this AMI.';

const creationsFirst =
  'An AMI Patch request can only proceed when all AMI Creation events have completed successfully. Ensure that the following AMI Creation events are completed: BUILD_AMI -> SMOKE_TESTS_AMI_CREATE -> VULNERABILIY_SCANS_AMI_CREATE -> QA_CERTIFICATION_REQUEST -> QA_CERTIFICATION_RESPONSE -> MARK_FOR_PRODUCTION_CREATE';
export const noCreation = `The outputs_ami_creation attribute is missing. ${creationsFirst}`;
export const creationCount = (count: number) =>
  `Number of actual AMI Creation events: ${count} does not match the number of expected AMI Creation events: 6. ${creationsFirst}`;
export const creationStatus = (event: string, status: string) =>
  `AMI Creation event: ${event} has status ${status}. An AMI Patch operation can only be peformed when all AMI Creation events have been completed. AMi Creation event: ${event} has status ${status}.`;
