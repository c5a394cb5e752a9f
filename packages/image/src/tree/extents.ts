import type { FileEntry } from '../manifest.js';
import { posix } from '../posix.js';

type Extents = FileEntry['extents'];

/** The data ranges of an open file that may have holes; undefined if it has none. */
export const readExtents = (fd: number, size: number): Extents => {
  const extents: [number, number][] = [];
  let data = 0;
  for (let start = posix().seekData(fd, 0); start !== undefined && start < size; ) {
    const end = Math.min(posix().seekHole(fd, start), size);
    extents.push([start, end - start]);
    data += end - start;
    start = posix().seekData(fd, end);
  }
  return data === size ? undefined : extents;
};

/** Whether two lists of data ranges are the same. */
export const sameExtents = (a: Extents, b: Extents): boolean => {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.length === b.length && a.every(([offset, length], i) => b[i]?.[0] === offset && b[i]?.[1] === length)
  );
};

/** Bytes of data in a file, holes left out. */
export const dataBytes = (file: FileEntry): number =>
  file.extents === undefined ? file.size : file.extents.reduce((sum, [, length]) => sum + length, 0);

/**
 * The parts of a piece of content, at `offset` in its file, that lie in data ranges: what must be written. The rest are holes.
 */
export function* dataParts(
  extents: Extents,
  offset: number,
  data: Uint8Array,
): Generator<{ readonly position: number; readonly data: Uint8Array }> {
  if (extents === undefined) {
    yield { position: offset, data };
    return;
  }
  const end = offset + data.length;
  for (const [start, length] of extents) {
    const from = Math.max(start, offset);
    const to = Math.min(start + length, end);
    if (from < to) yield { position: from, data: data.subarray(from - offset, to - offset) };
  }
}

const zeros = Buffer.alloc(64 * 1024);

/** Whether a piece of content, at `offset` in its file, has something other than zeros where there are to be holes. */
export const hasDataInHoles = (extents: Extents, offset: number, data: Uint8Array): boolean => {
  if (extents === undefined) return false;
  let holeFrom = 0;
  for (const part of dataParts(extents, offset, data)) {
    if (!isZero(data.subarray(holeFrom, part.position - offset))) return true;
    holeFrom = part.position - offset + part.data.length;
  }
  return !isZero(data.subarray(holeFrom));
};

const isZero = (data: Uint8Array): boolean => {
  for (let at = 0; at < data.length; at += zeros.length) {
    const piece = data.subarray(at, at + zeros.length);
    if (zeros.compare(piece, 0, piece.length, 0, piece.length) !== 0) return false;
  }
  return true;
};
