import { eventOfName, type LifecycleType, makingEvent, requestableEvents } from '@ami-publisher/core';
import { flagFault } from './flags.js';

/** A request's body, parsed and not yet checked. */
export type Body = Readonly<Record<string, unknown>>;

/** One thing that a request must have: gives the text of the fault, or undefined. */
export type ShapeRule = (body: Body) => string | undefined;

const has = (body: Body, field: string): boolean => Object.hasOwn(body, field);
const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null;

const defined =
  (field: string, phrase: string): ShapeRule =>
  (body) =>
    has(body, field) ? undefined : `The ${field} parameter must be defined as part of a ${phrase} request.`;

const notificationsGiven =
  (phrase: string): ShapeRule =>
  ({ notifications }) =>
    Array.isArray(notifications) && notifications.length === 0
      ? `The notifications parameter must contain at least one target type as part of a ${phrase} request.`
      : undefined;

const eventsCounted =
  (count: number, words: string, phrase: string): ShapeRule =>
  ({ events }) =>
    Array.isArray(events) && events.length !== count
      ? `The events parameter must contain ${words} event definitions as part of a ${phrase} request.`
      : undefined;

/** The first fault of any entry, entry by entry. */
const eachEvent =
  (type: LifecycleType, phrase: string): ShapeRule =>
  ({ events }) => {
    if (!Array.isArray(events)) return undefined;
    const names: readonly string[] = requestableEvents[type];
    for (const event of events.filter(isObject)) {
      if (!has(event, 'name'))
        return `The name parameter must be defined for an event as part of a ${phrase} request.`;
      const { name } = event;
      if (typeof name === 'string' && !names.includes(eventOfName(name) ?? '')) {
        return `The name parameter ${name} is not valid. It must be one of ${names.join(',')}.`;
      }
      if (!has(event, 'enabled')) {
        return `The enabled parameter must be defined for an event as part of a ${phrase} request.`;
      }
    }
    return undefined;
  };

/** The events that are on; undefined where some are neither on nor off, which is for the schemas to say. */
const enabledNames = ({ events }: Body): ReadonlySet<string> | undefined => {
  if (!Array.isArray(events)) return undefined;
  const switches = events.filter(
    (event): event is { name: unknown; enabled: boolean } =>
      isObject(event) && typeof event.enabled === 'boolean',
  );
  if (switches.length !== events.length) return undefined;
  const enabled = switches.filter((event) => event.enabled);
  return new Set(enabled.map(({ name }) => eventOfName(String(name)) ?? ''));
};

const flags =
  (type: LifecycleType): ShapeRule =>
  (body) => {
    const enabled = enabledNames(body);
    return enabled && flagFault(type, enabled);
  };

/** Where the event is on that makes the AMI, nothing can have been completed before, so that all combinations are refused that make no sense. */
const flagsOfMaking =
  (type: LifecycleType): ShapeRule =>
  (body) =>
    enabledNames(body)?.has(makingEvent[type]) ? flags(type)(body) : undefined;

const switched =
  (event: string, on: boolean, text: string): ShapeRule =>
  (body) =>
    enabledNames(body)?.has(event) === !on ? text : undefined;

const attributeDefined =
  (field: string): ShapeRule =>
  (body) =>
    has(body, field) ? undefined : `An AMI Build request requires that the ${field} attribute is defined.`;

const patchPropertiesGiven: ShapeRule = (body) => {
  if (!has(body, 'commit_ref'))
    return 'An AMI Patch request requires that the commit_ref attribute is defined.';
  if (!isObject(body.properties)) {
    return 'An AMI Patch request requires that the properties attribute is defined for event PATCH_AMI.';
  }
  const { properties } = body;
  const field = ['patch_component_url', 'patch_change_description', 'semver_bump_type'].find(
    (name) => !has(properties, name),
  );
  return field === undefined
    ? undefined
    : `An AMI Patch request requires that the properties.${field} attribute is defined for event PATCH_AMI.`;
};

const propertiesNotEmpty =
  (phrase: string): ShapeRule =>
  ({ properties }) =>
    isObject(properties) && Object.keys(properties).length === 0
      ? `properties element is enabled but contains no elements. properties can not be empty as part of a ${phrase} request.`
      : undefined;

const creationPhrase = 'lifecycle creation/update';
const patchPhrase = 'lifecycle patch/update';
const certifyPhrase = 'lifecycle qa certification';
const approvePhrase = 'lifecycle mark for production approval';

const creationShape: readonly ShapeRule[] = [
  ...['stack_tag', 'owner', 'notifications'].map((field) => defined(field, creationPhrase)),
  notificationsGiven(creationPhrase),
  defined('events', creationPhrase),
  eventsCounted(4, 'the all 4', creationPhrase),
  eachEvent('ami-creation', creationPhrase),
];

const patchShape: readonly ShapeRule[] = [
  ...['lifecycle_id', 'stack_tag', 'owner', 'notifications'].map((field) => defined(field, patchPhrase)),
  notificationsGiven(patchPhrase),
  defined('events', patchPhrase),
  eventsCounted(3, 'all 3', patchPhrase),
  eachEvent('ami-patch', patchPhrase),
];

const verdictShape = (status: string, phrase: string): readonly ShapeRule[] => [
  ...['lifecycle_id', 'stack_tag', status].map((field) => defined(field, phrase)),
  propertiesNotEmpty(phrase),
];

const updateId: ShapeRule = (body) =>
  has(body, 'lifecycle_id')
    ? undefined
    : 'lifecycle_id must be defined as part of a lifecycle creation update request.';

/**
 * What each kind of request must have, in the order in which the original looks; the first fault is the answer, in the original's words. Types and
 * ranges of values are the schemas' matter, afterwards.
 */
export const requestShapes = {
  create: [
    ...creationShape,
    flags('ami-creation'),
    switched('BUILD_AMI', true, 'An AMI Build request requires that the BUILD_AMI is defined and enabled.'),
    ...['product_ver', 'product_name', 'commit_ref'].map(attributeDefined),
  ],
  update: [
    updateId,
    ...creationShape,
    flagsOfMaking('ami-creation'),
    switched(
      'BUILD_AMI',
      false,
      'An update request assumes that an AMI has already been built. The BUILD_AMI must not be enabled during an update request.',
    ),
  ],
  certify: verdictShape('certification_status', certifyPhrase),
  approve: verdictShape('approval_status', approvePhrase),
  createPatch: [
    ...patchShape,
    flags('ami-patch'),
    patchPropertiesGiven,
    switched('PATCH_AMI', true, 'An AMI Patch request requires that the PATCH_AMI is defined and enabled.'),
  ],
  updatePatch: [
    ...patchShape,
    flagsOfMaking('ami-patch'),
    switched(
      'PATCH_AMI',
      false,
      'An update request assumes that an AMI has already been patched. The PATCH_AMI must not be enabled during an update request.',
    ),
  ],
} as const satisfies Readonly<Record<string, readonly ShapeRule[]>>;

/** The first fault of a request; undefined if there is none. */
export const shapeFault = (rules: readonly ShapeRule[], body: Body): string | undefined => {
  for (const rule of rules) {
    const fault = rule(body);
    if (fault !== undefined) return fault;
  }
  return undefined;
};
