/** One element of DER: what it is, and its content. */
export interface DerElement {
  /** The identifier byte; tags above 30 do not occur in certificates. */
  readonly tag: number;
  readonly content: Buffer;
}

/** Identifier bytes of what is looked for. */
export const derTag = {
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  sequence: 0x30,
  set: 0x31,
  /** `[3]`, which extensions stand in. */
  extensions: 0xa3,
} as const;

/**
 * The elements that follow each other in bytes of DER.
 *
 * @throws RangeError if they do not fill the bytes exactly.
 */
export const derElements = (bytes: Buffer): readonly DerElement[] => {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { start, end } = spanOf(bytes, at);
    elements.push({ tag: bytes.readUInt8(at), content: bytes.subarray(start, end) });
    at = end;
  }
  return elements;
};

/** Where the content of the element at a place begins and ends. */
const spanOf = (bytes: Buffer, at: number): { readonly start: number; readonly end: number } => {
  const first = bytes.readUInt8(at + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 4) throw new RangeError('a length that DER does not have');
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
  const start = at + 2 + lengthBytes;
  if (start + length > bytes.length) throw new RangeError('an element that goes on behind its end');
  return { start, end: start + length };
};

/** An object identifier as its bytes, such as `1.3.6.1`. */
export const derObjectIdentifier = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return Buffer.from([first * 40 + second, ...others].flatMap(inGroupsOfSevenBits));
};

const inGroupsOfSevenBits = (arc: number): number[] => {
  const groups = [arc & 0x7f];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
    groups.unshift((left & 0x7f) | 0x80);
  return groups;
};
