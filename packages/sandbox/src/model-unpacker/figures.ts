/** How long an unpacker of the model takes. */
export interface UnpackerFigures {
  /** A call there and back, beside what it does, ms. @default 5 */
  readonly callMs: number;
  /** From the start of the instance until the unpacker answers, ms. @default 20,000 */
  readonly bootMs: number;
  /** From a crash until it answers again, ms. @default 5,000 */
  readonly restartMs: number;
  /** What an image server sends to all unpackers of its region together. @default 125,000,000, which is 1 Gbit/s */
  readonly serverBytesPerSecond: number;
  /** What a volume takes. @default 131,072,000, a gp3 volume's 125 MiB/s */
  readonly volumeBytesPerSecond: number;
  /** Entries of a tree that a scan reads. @default 50,000 */
  readonly scannedEntriesPerSecond: number;
  /** Flush, unmount and seal, ms. @default 500 */
  readonly sealMs: number;
}

/** Round figures; what the real unpacker takes is in the benchmarks. */
export const defaultUnpackerFigures: UnpackerFigures = {
  callMs: 5,
  bootMs: 20_000,
  restartMs: 5_000,
  serverBytesPerSecond: 125_000_000,
  volumeBytesPerSecond: 131_072_000,
  scannedEntriesPerSecond: 50_000,
  sealMs: 500,
};
