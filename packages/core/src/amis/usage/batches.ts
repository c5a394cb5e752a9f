/** Ids in lists of at most that many, as one call takes them. */
export const batchesOf = (size: number, ids: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(ids.length / size) }, (_, index) =>
    ids.slice(index * size, (index + 1) * size),
  );
