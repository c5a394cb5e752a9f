import { isAmiPublisherError } from '@ami-publisher/base';
import { tagKeys } from '../../cloud/tags.js';
import { PublicationJournals } from '../../publish/journals.js';
import type { PublicationStatus, TargetState } from '../../publish/status.js';
import type { ResolvedUsageOptions } from './options.js';
import type { OwnImage } from './own-image.js';
import type { Reason } from './reason.js';

/** Why an AMI is kept although nothing may use it. */
export type KeepRule = (image: OwnImage) => Reason[];

/**
 * The rules that keep AMIs of one target.
 *
 * @param all of the target, also those that are not looked at: the newest of a stream are the newest of all
 */
export const keepRules = (
  all: readonly OwnImage[],
  options: ResolvedUsageOptions,
  now: number,
  publicationOf: PublicationLookUp,
): KeepRule => {
  const newest = newestOfStreams(all, options.keepLast);
  const rules: readonly KeepRule[] = [
    pending,
    ({ createdAt }) => young(createdAt, now - options.minAgeMs),
    ({ protection }) => (protection === undefined ? [] : [{ kind: 'protected', text: protection }]),
    (image) =>
      newest.has(image.imageId) ? [{ kind: 'newest', text: newestText(image, options.keepLast) }] : [],
    publicationOf,
  ];
  return (image) => rules.flatMap((rule) => rule(image));
};

const pending: KeepRule = ({ state }) =>
  state === 'pending' ? [{ kind: 'pending', text: 'it is still being made' }] : [];

/** What has no date that can be read is taken for young. */
const young = (createdAt: string, since: number): Reason[] =>
  Date.parse(createdAt) <= since
    ? []
    : [{ kind: 'young', text: `it was made on ${createdAt || 'an unknown date'}` }];

const newestText = ({ tags }: OwnImage, count: number): string =>
  count === 1
    ? `it is the newest of ${tags[tagKeys.stream]}`
    : `it is one of the ${count} newest of ${tags[tagKeys.stream]}`;

/** Ids of the newest AMIs of each stream, by date; of two of one moment, the one with the greater id. */
const newestOfStreams = (all: readonly OwnImage[], count: number): ReadonlySet<string> => {
  const streams = new Map<string, OwnImage[]>();
  for (const image of all) {
    const stream = image.tags[tagKeys.stream];
    if (stream !== undefined) streams.set(stream, [...(streams.get(stream) ?? []), image]);
  }
  const newest = [...streams.values()].flatMap((images) => images.sort(byDateDescending).slice(0, count));
  return new Set(newest.map(({ imageId }) => imageId));
};

const byDateDescending = (a: OwnImage, b: OwnImage): number =>
  Date.parse(b.createdAt) - Date.parse(a.createdAt) || (a.imageId < b.imageId ? 1 : -1);

/** Whether the publication that an AMI is of can still be resumed or rolled back. */
export type PublicationLookUp = KeepRule;

/** From these a publication may go on, and AMIs that it made may be taken up again. */
const openStates: ReadonlySet<TargetState> = new Set<TargetState>([
  'cancelled',
  'failed',
  'rollback-failed',
  'unfinished',
]);

type KnownPublication = PublicationStatus | 'unreadable' | undefined;

/** Reads journals of publications, each once, whatever the number of targets that it is of. Those without journal here are taken for finished. */
export class PublicationReader {
  readonly #publications: PublicationJournals | undefined;
  readonly #known = new Map<string, Promise<KnownPublication>>();

  constructor(journals: ResolvedUsageOptions['journals']) {
    this.#publications = journals && new PublicationJournals(journals);
  }

  /** Looks up the publications that the AMIs are of. */
  async read(images: readonly OwnImage[]): Promise<PublicationLookUp> {
    const ids = new Set(images.flatMap(({ tags }) => tags[tagKeys.publication] ?? []));
    const known = new Map<string, KnownPublication>();
    for (const id of ids) known.set(id, await this.#status(id));
    return ({ account, region, tags }) => {
      const id = tags[tagKeys.publication] ?? '';
      const status = known.get(id);
      if (status === 'unreadable')
        return [{ kind: 'publication', resource: id, text: `the journal of ${id} cannot be read` }];
      const target = status?.targets.find((each) => each.account === account && each.region === region);
      if (target === undefined || !openStates.has(target.state)) return [];
      return [{ kind: 'publication', resource: id, text: `its publication ${id} is ${target.state} here` }];
    };
  }

  #status(id: string): Promise<KnownPublication> {
    const reading =
      this.#known.get(id) ?? this.#publications?.status(id).catch(unreadable) ?? Promise.resolve(undefined);
    this.#known.set(id, reading);
    return reading;
  }
}

const unreadable = (reason: unknown): KnownPublication =>
  isAmiPublisherError(reason) && reason.code === 'PUBLICATION_NOT_FOUND' ? undefined : 'unreadable';
