/** What went wrong with a connection itself. */
export type WireFaultKind = 'ended' | 'too-long' | 'malformed';

/** A fault after which nothing more can be read from a connection: it ended, or its bytes are not what they should be. */
export class WireFault extends Error {
  constructor(
    readonly kind: WireFaultKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
