import { AmiPublisherError, type ErrorCode, isAmiPublisherError } from '@ami-publisher/base';
import { toText } from './byte-string.js';
import type { ByteString } from './manifest.js';

interface Meaning {
  readonly code: ErrorCode;
  readonly remedy: string;
}

const full: Meaning = { code: 'NO_SPACE', remedy: 'free some space or use a larger volume, then try again' };
const changed: Meaning = {
  code: 'TREE_CHANGED',
  remedy: 'make sure that nothing else writes there, then try again',
};
const other: Meaning = {
  code: 'FILE_SYSTEM_FAILED',
  remedy: 'check its permissions, and the disk for errors',
};

const meanings: Readonly<Record<string, Meaning>> = {
  ENOSPC: full,
  EDQUOT: full,
  ENOENT: changed,
  ENOTDIR: changed,
  EISDIR: changed,
  EEXIST: changed,
  ENOTEMPTY: changed,
  ELOOP: changed,
};

/** The system's code of an error, such as `ENOENT`. */
export const systemCodeOf = (reason: unknown): string | undefined =>
  reason instanceof Error ? (reason as NodeJS.ErrnoException).code : undefined;

/** An error of the file system as one of ours; errors of ours stay what they are. */
export const fileSystemError = (reason: unknown, doing: string, path: ByteString): AmiPublisherError => {
  if (isAmiPublisherError(reason)) return reason;
  const { code, remedy } = meanings[systemCodeOf(reason) ?? ''] ?? other;
  const text = reason instanceof Error ? reason.message : String(reason);
  return new AmiPublisherError(code, {
    message: `cannot ${doing} ${toText(path) || 'the root of the tree'}: ${text}`,
    resource: toText(path),
    remedy,
    cause: reason,
  });
};

/**
 * Runs a piece of work on one path.
 *
 * @throws `NO_SPACE`, `TREE_CHANGED` or `FILE_SYSTEM_FAILED`, naming the work and the path.
 */
export const onPath = <T>(doing: string, path: ByteString, action: () => T): T => {
  try {
    return action();
  } catch (reason) {
    throw fileSystemError(reason, doing, path);
  }
};
