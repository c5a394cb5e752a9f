import * as fc from 'fast-check';

/** How often a fuzz test runs: `FUZZ_RUNS` if that is set, for a long run by hand, else what is given. */
export const fuzzRuns = (
  otherwise: number,
): { readonly numRuns: number; readonly endOnFailure: boolean } => ({
  numRuns: Number(process.env.FUZZ_RUNS ?? otherwise),
  endOnFailure: false,
});

/** Test time limit, ms, that grows with `FUZZ_RUNS`. */
export const fuzzTimeoutMs = Number(process.env.FUZZ_RUNS ?? 0) > 0 ? 3_600_000 : 30_000;

/** One place of bytes that is spoilt. */
export type Damage =
  | { readonly kind: 'overwrite' | 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'remove' | 'repeat'; readonly at: number; readonly length: number };

const at = fc.nat();

/** Damage that knows nothing of the format; `at` is taken modulo the length. */
export const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('overwrite' as const, 'insert' as const),
    at,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 16 }),
  }),
  fc.record({ kind: fc.constant('flip' as const), at, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('cut' as const), at }),
  fc.record({
    kind: fc.constantFrom('remove' as const, 'repeat' as const),
    at,
    length: fc.integer({ min: 1, max: 2_000 }),
  }),
);

/** Spoils bytes in one place. */
export const spoil = (bytes: Buffer, how: Damage): Buffer => {
  const place = bytes.length === 0 ? 0 : how.at % bytes.length;
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (how.kind) {
    case 'overwrite':
      return Buffer.concat([before, how.bytes, after.subarray(how.bytes.length)]);
    case 'insert':
      return Buffer.concat([before, how.bytes, after]);
    case 'flip':
      return Buffer.concat([before, Buffer.of((after[0] ?? 0) ^ (1 << how.bit)), after.subarray(1)]);
    case 'cut':
      return before;
    case 'remove':
      return Buffer.concat([before, after.subarray(how.length)]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, how.length), after]);
  }
};

/** Cuts bytes into pieces of the given sizes, taken round and round. */
export function* inPieces(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
    const end = start + Math.max(1, sizes[turn % sizes.length] ?? bytes.length);
    yield bytes.subarray(start, end);
    start = end;
  }
}
