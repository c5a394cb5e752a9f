/** The two kinds of work that a lifecycle holds: one AMI made, and then any number of patches of it. */
export const lifecycleTypes = ['ami-creation', 'ami-patch'] as const;
export type LifecycleType = (typeof lifecycleTypes)[number];

/**
 * The events of a creation, in the order in which they must be completed. The third is misspelt: it is the name that clients, records and tags of the
 * original have.
 */
export const creationEvents = [
  'BUILD_AMI',
  'SMOKE_TESTS_AMI_CREATE',
  'VULNERABILIY_SCANS_AMI_CREATE',
  'QA_CERTIFICATION_REQUEST',
  'QA_CERTIFICATION_RESPONSE',
  'MARK_FOR_PRODUCTION_CREATE',
] as const;
export type CreationEvent = (typeof creationEvents)[number];

/** The events of a patch, in order. A patch has no certification. */
export const patchEvents = [
  'PATCH_AMI',
  'SMOKE_TESTS_AMI_PATCH',
  'VULNERABILITY_SCANS_AMI_PATCH',
  'MARK_FOR_PRODUCTION_PATCH',
] as const;
export type PatchEvent = (typeof patchEvents)[number];

export type LifecycleEvent = CreationEvent | PatchEvent;

/** All events of each type, in order. */
export const eventsOf = {
  'ami-creation': creationEvents,
  'ami-patch': patchEvents,
} as const satisfies Record<LifecycleType, readonly LifecycleEvent[]>;

/** The events that a request switches on and off, each of them named in every request. */
export const requestableEvents = {
  'ami-creation': [
    'BUILD_AMI',
    'SMOKE_TESTS_AMI_CREATE',
    'VULNERABILIY_SCANS_AMI_CREATE',
    'QA_CERTIFICATION_REQUEST',
  ],
  'ami-patch': ['PATCH_AMI', 'SMOKE_TESTS_AMI_PATCH', 'VULNERABILITY_SCANS_AMI_PATCH'],
} as const satisfies Record<LifecycleType, readonly LifecycleEvent[]>;

/** The event that makes the AMI which all later events of the type are about. */
export const makingEvent = {
  'ami-creation': 'BUILD_AMI',
  'ami-patch': 'PATCH_AMI',
} as const satisfies Record<LifecycleType, LifecycleEvent>;

/** The event that approves the AMI for production. */
export const approvingEvent = {
  'ami-creation': 'MARK_FOR_PRODUCTION_CREATE',
  'ami-patch': 'MARK_FOR_PRODUCTION_PATCH',
} as const satisfies Record<LifecycleType, LifecycleEvent>;

/**
 * How far a completed event has brought an AMI, as the lookup rows have it. Selection and server read this one table; the original had one each, which
 * differed.
 */
export const eventScores: Readonly<Record<LifecycleEvent, number>> = {
  BUILD_AMI: 1,
  PATCH_AMI: 1,
  SMOKE_TESTS_AMI_CREATE: 2,
  SMOKE_TESTS_AMI_PATCH: 2,
  VULNERABILIY_SCANS_AMI_CREATE: 3,
  VULNERABILITY_SCANS_AMI_PATCH: 3,
  QA_CERTIFICATION_REQUEST: 4,
  QA_CERTIFICATION_RESPONSE: 5,
  MARK_FOR_PRODUCTION_CREATE: 6,
  MARK_FOR_PRODUCTION_PATCH: 6,
};

/** What the original's pages call each event; an event of a patch has the title of its like in a creation. */
export const eventTitles: Readonly<Record<LifecycleEvent, string>> = {
  BUILD_AMI: 'AMI Build and Creation',
  SMOKE_TESTS_AMI_CREATE: 'Smoke Tests',
  VULNERABILIY_SCANS_AMI_CREATE: 'Vulnerability Scans',
  QA_CERTIFICATION_REQUEST: 'QA Certification Request',
  QA_CERTIFICATION_RESPONSE: 'QA Certification Response',
  MARK_FOR_PRODUCTION_CREATE: 'Approve AMI for Production',
  PATCH_AMI: 'AMI Patch',
  SMOKE_TESTS_AMI_PATCH: 'Smoke Tests',
  VULNERABILITY_SCANS_AMI_PATCH: 'Vulnerability Scans',
  MARK_FOR_PRODUCTION_PATCH: 'Approve AMI for Production',
};

/** What a result can say of its event. */
export const resultStatuses = ['COMPLETED', 'FAILED'] as const;
export type ResultStatus = (typeof resultStatuses)[number];

/** What an event that is in progress shows once it has come to nothing. */
export const brokenStatuses = ['ERROR', 'ERROR_EVENT_TIMEOUT'] as const;
export type BrokenStatus = (typeof brokenStatuses)[number];

/** The correct spelling, which the original refuses. */
const otherSpellings: Readonly<Record<string, LifecycleEvent>> = {
  VULNERABILITY_SCANS_AMI_CREATE: 'VULNERABILIY_SCANS_AMI_CREATE',
};

const names: ReadonlySet<string> = new Set([...creationEvents, ...patchEvents]);

/** The event that a name stands for, in upper or lower case and in either spelling; undefined if there is none. */
export const eventOfName = (name: string): LifecycleEvent | undefined => {
  const upper = name.toUpperCase();
  const event = otherSpellings[upper] ?? upper;
  return names.has(event) ? (event as LifecycleEvent) : undefined;
};

/** The type that an event belongs to. */
export const typeOfEvent = (event: LifecycleEvent): LifecycleType =>
  (creationEvents as readonly string[]).includes(event) ? 'ami-creation' : 'ami-patch';
