import { AmiPublisherError } from '@ami-publisher/base';
import * as z from 'zod';

/** What an earlier command made or found in one target: an entry of a results file. */
export interface PublishedResource {
  /** Label of the account. */
  readonly account: string;
  readonly region: string;
  readonly imageId?: string;
  readonly snapshotId?: string;
  /** The account that owns the AMI, where this one merely may use it. */
  readonly sharedFrom?: string;
  /** What went wrong there; the ids are of what it left behind. */
  readonly error?: string;
}

/** A results file as it was read. */
export interface ResultsFile {
  readonly resources: readonly PublishedResource[];
  /** Entries that name nothing to work on, and why, as sentences. */
  readonly leftOut: readonly string[];
}

const accountLabel = z.string().regex(/^[^\s,;*@]+$/, 'is no name of an account');
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'is no AWS region');
const imageId = z.string().regex(/^ami-[0-9a-f]{8,17}$/, 'is no AMI id');
const snapshotId = z.string().regex(/^snap-[0-9a-f]{8,17}$/, 'is no snapshot id');

/** As the reference writes it (reference 1.12); `list-images` of the reference has the same names. */
const referenceEntry = z.looseObject({
  AccountName: accountLabel,
  Region: region,
  SharedFrom: z.string().optional(),
  SnapshotId: snapshotId.optional(),
  AmiId: imageId.optional(),
  S3Bucket: z.string().optional(),
  Error: z.string().optional(),
});

/** `*` where not even the regions of an account could be found out; there is nothing to work on then. */
const ownPlace = { account: accountLabel, region: region.or(z.literal('*')) };
const ownIds = {
  imageId: imageId.optional(),
  snapshotId: snapshotId.optional(),
  sharedFrom: accountLabel.optional(),
};

/** As our own commands write it. */
const ownResults = z.looseObject({
  version: z.literal(1),
  targets: z.array(z.looseObject({ ...ownPlace, ...ownIds, message: z.string().optional() })),
});

/** As our own `list-images` writes it. */
const ownRow = z.looseObject({ ...ownPlace, ...ownIds, error: z.string().optional() });

/**
 * Reads the results of a publication or a list of images: ours, or the JSON list of the reference. Lines that begin with `#`, `//` or `!` are
 * comments (reference 1.12).
 *
 * @param place name of the file, for messages
 * @throws `INVALID_OPTION` for a file that is empty, cut short, or something else; nothing of it is used then.
 */
export const parseResultsFile = (text: string, place: string): ResultsFile => {
  const json = withoutComments(text);
  if (json.trim() === '') throw unreadable(place, 'it is empty');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw unreadable(place, `it is not JSON, or cut short (${(cause as Error).message})`, cause);
  }
  if (!Array.isArray(value)) return fromOwn(value, place);
  return isReference(value) ? fromReference(value, place) : fromRows(value, place);
};

const withoutComments = (text: string): string =>
  text
    .split('\n')
    .map((line) => (/^\s*(#|\/\/|!)/.test(line) ? '' : line))
    .join('\n');

const isReference = ([first]: readonly unknown[]): boolean =>
  first === undefined || (typeof first === 'object' && first !== null && 'AccountName' in first);

const fromReference = (value: unknown, place: string): ResultsFile => {
  const entries = parse(z.array(referenceEntry), value, place);
  const s3 = entries.find(({ S3Bucket }) => S3Bucket !== undefined);
  if (s3 !== undefined)
    throw unreadable(
      place,
      `${s3.AccountName},${s3.Region} has an instance-store bundle in S3, which is not handled`,
    );
  return split(
    entries.map(({ AccountName, Region, AmiId, SnapshotId, SharedFrom, Error: error }) => ({
      place: { account: AccountName, region: Region },
      ids: {
        ...(AmiId !== undefined && { imageId: AmiId }),
        ...(SnapshotId !== undefined && { snapshotId: SnapshotId }),
        ...(SharedFrom !== undefined && { sharedFrom: SharedFrom }),
      },
      error,
    })),
  );
};

const fromOwn = (value: unknown, place: string): ResultsFile =>
  split(parse(ownResults, value, place).targets.map((entry) => ownEntry(entry, entry.message)));

const fromRows = (value: unknown, place: string): ResultsFile =>
  split(parse(z.array(ownRow), value, place).map((row) => ownEntry(row, row.error)));

const ownEntry = (
  entry: Pick<z.infer<typeof ownRow>, 'account' | 'region' | keyof typeof ownIds>,
  error: string | undefined,
): Entry => ({
  place: { account: entry.account, region: entry.region },
  ids: {
    ...(entry.imageId !== undefined && { imageId: entry.imageId }),
    ...(entry.snapshotId !== undefined && { snapshotId: entry.snapshotId }),
    ...(entry.sharedFrom !== undefined && { sharedFrom: entry.sharedFrom }),
  },
  error,
});

interface Entry {
  readonly place: { readonly account: string; readonly region: string };
  readonly ids: Omit<PublishedResource, 'account' | 'region'>;
  readonly error: string | undefined;
}

/** An entry that failed may still name what it left behind; one without ids has nothing to work on. */
const split = (entries: readonly Entry[]): ResultsFile => {
  const isUseful = ({ place, ids }: Entry) =>
    place.region !== '*' && (ids.imageId !== undefined || ids.snapshotId !== undefined);
  return {
    resources: entries
      .filter(isUseful)
      .map(({ place, ids, error }) => ({ ...place, ...ids, ...(error !== undefined && { error }) })),
    leftOut: entries
      .filter((entry) => !isUseful(entry))
      .map(
        ({ place: { account, region: name }, error }) =>
          `${account},${name} has nothing: ${error ?? 'no ids'}`,
      ),
  };
};

const parse = <T>(schema: z.ZodType<T>, value: unknown, place: string): T => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw unreadable(
    place,
    `${issue?.path.join('.') || 'the whole'} ${issue?.message ?? 'does not fit'}`,
    result.error,
  );
};

const unreadable = (place: string, problem: string, cause?: unknown): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `${place} is not a results file: ${problem}`,
    resource: place,
    remedy:
      'give a file that `publish --results-file` wrote, or the JSON that `publish` or `list-images` printed',
    cause,
  });
