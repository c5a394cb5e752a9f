import {
  type EventState,
  type EventStatus,
  eventStates,
  eventTitles,
  type LifecycleRecord,
  type LifecycleType,
} from '@ami-publisher/core';
import { type Colours, coloursFor } from '../output/colours.js';

interface Mark {
  readonly sign: string;
  readonly colour: keyof Pick<Colours, 'green' | 'red' | 'cyan' | 'dim'>;
}

const marks: Readonly<Record<EventStatus, Mark>> = {
  NOT_STARTED: { sign: '○', colour: 'dim' },
  EVENT_IN_PROGRESS: { sign: '◐', colour: 'cyan' },
  EVENT_IN_PROGRESS_WITH_ERROR: { sign: '✗', colour: 'red' },
  COMPLETED: { sign: '●', colour: 'green' },
  FAILED: { sign: '✗', colour: 'red' },
};

const titles: Readonly<Record<LifecycleType, string>> = {
  'ami-creation': 'AMI Creation Timeline',
  'ami-patch': 'AMI Patch Timeline',
};

/** How far a lifecycle is, from top to bottom: its attributes, then its events in order. Ends with a newline. */
export const drawTimeline = (
  record: LifecycleRecord,
  type: LifecycleType,
  colours: Colours = coloursFor(process.stdout),
): string => {
  const states = eventStates(record, type);
  const width = Math.max(...states.map(({ event }) => eventTitles[event].length));
  const lines = [
    colours.bold(`${titles[type]} - ${record.lifecycle_id}`),
    '',
    ...attributesOf(record, type),
    '',
    ...states.flatMap((state, index) => drawState(state, width, index === states.length - 1, colours)),
  ];
  return `${lines.join('\n')}\n`;
};

const attributesOf = (record: LifecycleRecord, type: LifecycleType): string[] => {
  const commit = type === 'ami-patch' ? record.inputs_ami_patch?.commit_ref : undefined;
  const attributes = [
    ['Stack Tag', record.stack_tag],
    ['Owner', record.owner],
    ['Product Name', record.product_name],
    ['Product Version', record.product_ver],
    ['SHA1 Commit Ref', commit || record.commit_ref],
    ['Created', record.creation_date],
  ] as const;
  return attributes.flatMap(([name, value]) => (value ? `${name.padEnd(17)}${value}` : []));
};

const drawState = (
  { event, status, result, inProgress }: EventState,
  width: number,
  isLast: boolean,
  colours: Colours,
): string[] => {
  const { sign, colour } = marks[status];
  const date = inProgress?.status_date ?? inProgress?.execution_startdate ?? result?.status_date ?? '';
  const head = `${sign} ${eventTitles[event].padEnd(width)}  ${colours[colour](status)}${date && `  ${date}`}`;
  const details = [...(inProgress?.error_message ?? '').split('\n'), ...detailsOf(result?.properties ?? {})];
  const rail = isLast ? ' ' : '│';
  return [head, ...details.filter((line) => line !== '').map((line) => `${rail}   ${line}`)];
};

type Properties = Readonly<Record<string, unknown>>;

/** What is worth a line of an event's result. */
const detailsOf = (properties: Properties): string[] => [
  ...imagesOf(properties.ami_details),
  ...textOf('ancestry', properties.ami_ancestry),
  ...textOf('vulnerabilities', properties.total_vulnerabilities),
  ...textOf('approval', properties.approval_status),
];

const textOf = (name: string, value: unknown): string[] =>
  typeof value === 'string' && value !== '' ? [`${name}: ${value}`] : [];

const imagesOf = (details: unknown): string[] =>
  (Array.isArray(details) ? (details as readonly Properties[]) : []).map(
    ({ image, ami_semver, accountId, region }) => `${image} v${ami_semver} ${accountId},${region}`,
  );
