import { WireFault } from './wire-fault.js';

/** Limits on a value that is taken apart, bytes. */
export interface SplitLimits {
  /** One member. */
  readonly memberBytes: number;
  /** All that is not a member. */
  readonly restBytes: number;
}

const byte = {
  lineFeed: 0x0a,
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  backslash: 0x5c,
  openBracket: 0x5b,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

/** Pieces of a text, and how many bytes they may have. */
class Pieces {
  #parts: Buffer[] = [];
  #length = 0;

  constructor(
    readonly what: string,
    readonly maxBytes: number,
  ) {}

  add(part: Buffer): void {
    this.#length += part.length;
    if (this.#length > this.maxBytes) {
      throw new WireFault('too-long', `${this.what} is longer than ${this.maxBytes} bytes`);
    }
    this.#parts.push(part);
  }

  /** The text so far; begins anew. */
  take(): string {
    const text = Buffer.concat(this.#parts, this.#length).toString('utf8');
    this.#parts = [];
    this.#length = 0;
    return text;
  }
}

/**
 * Takes a line of JSON apart while it arrives: each member of one object in it, found by its path, is given out as text, and the rest is kept
 * with that object empty. So a table of hundreds of thousands of members is never in memory as a whole. What is no JSON shows when the texts
 * are parsed.
 */
export class MemberSplitter {
  readonly #path: readonly string[];
  readonly #onMember: (key: string, text: string) => void;
  readonly #rest: Pieces;
  readonly #member: Pieces;
  readonly #key: Pieces;
  /** Containers that are open. */
  #depth = 0;
  /** Objects on the path that are open, the outermost included. */
  #onPath = 0;
  /** Whether the value that comes is the next object on the path. */
  #isNext = false;
  #inString = false;
  #isEscaped = false;
  #isKey = false;
  #keyText = '';
  /** Where in the present chunk the piece begins that has not been put anywhere yet; undefined while bytes go nowhere. */
  #from: number | undefined;
  #keyFrom = 0;
  #into: Pieces;

  constructor(path: readonly string[], onMember: (key: string, text: string) => void, limits: SplitLimits) {
    this.#path = path;
    this.#onMember = onMember;
    this.#rest = new Pieces('a value without its table', limits.restBytes);
    this.#member = new Pieces('a member of a table', limits.memberBytes);
    this.#key = new Pieces('a key', limits.memberBytes);
    this.#into = this.#rest;
    this.#from = 0;
  }

  /** Takes bytes. @returns how many of them belonged to the line, once its line feed was among them. */
  push(chunk: Buffer): number | undefined {
    if (this.#from !== undefined) this.#from = 0;
    this.#keyFrom = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      if (this.#inString) at = this.#string(chunk, at);
      else if (chunk[at] === byte.lineFeed) {
        this.#flush(chunk, at);
        return at + 1;
      } else this.#structure(chunk, at);
    }
    this.#flush(chunk, chunk.length);
    if (this.#inString && this.#isKey) this.#key.add(chunk.subarray(this.#keyFrom));
    return undefined;
  }

  /** All but the members, once the line has ended. */
  rest(): string {
    return this.#rest.take();
  }

  /** Goes on to the end of a string. @returns where it ends, or where the chunk does */
  #string(chunk: Buffer, start: number): number {
    for (let at = start; at < chunk.length; at += 1) {
      const next = chunk[at];
      if (this.#isEscaped) this.#isEscaped = false;
      else if (next === byte.backslash) this.#isEscaped = true;
      else if (next === byte.quote) {
        this.#endString(chunk, at);
        return at;
      } else if (next === byte.lineFeed) throw new WireFault('malformed', 'a line ends within a string');
    }
    return chunk.length;
  }

  #endString(chunk: Buffer, at: number): void {
    this.#inString = false;
    if (!this.#isKey) return;
    this.#key.add(chunk.subarray(this.#keyFrom, at));
    this.#keyText = unquoted(this.#key.take());
    this.#isKey = false;
  }

  #structure(chunk: Buffer, at: number): void {
    const next = chunk[at];
    if (next === byte.quote) {
      this.#inString = true;
      this.#keyFrom = at + 1;
    } else if (next === byte.openBrace || next === byte.openBracket) this.#open(chunk, at);
    else if (next === byte.closeBrace || next === byte.closeBracket) this.#close(chunk, at);
    else if (next === byte.colon) this.#colon(at);
    else if (next === byte.comma) this.#comma(chunk, at);
  }

  get #isOnPath(): boolean {
    return this.#depth === this.#onPath;
  }

  get #isInTable(): boolean {
    return this.#isOnPath && this.#onPath === this.#path.length + 1;
  }

  #open(chunk: Buffer, at: number): void {
    const isObject = chunk[at] === byte.openBrace;
    if (isObject && (this.#depth === 0 || this.#isNext)) {
      this.#onPath += 1;
      this.#isKey = true;
    }
    this.#isNext = false;
    this.#depth += 1;
    if (!this.#isInTable) return;
    this.#flush(chunk, at + 1);
    this.#from = undefined;
  }

  #close(chunk: Buffer, at: number): void {
    if (this.#isInTable) this.#endTable(chunk, at);
    if (this.#isOnPath) {
      this.#onPath -= 1;
      this.#isKey = false;
    }
    this.#isNext = false;
    this.#depth -= 1;
    if (this.#depth < 0) throw new WireFault('malformed', 'a JSON value closes more than it opens');
  }

  #endTable(chunk: Buffer, at: number): void {
    this.#endMember(chunk, at);
    this.#into = this.#rest;
    this.#from = at;
  }

  #colon(at: number): void {
    if (!this.#isOnPath) return;
    this.#isNext = this.#path[this.#onPath - 1] === this.#keyText;
    if (!this.#isInTable) return;
    this.#into = this.#member;
    this.#from = at + 1;
  }

  #comma(chunk: Buffer, at: number): void {
    this.#isNext = false;
    if (!this.#isOnPath) return;
    if (this.#isInTable) this.#endMember(chunk, at);
    this.#isKey = true;
  }

  #endMember(chunk: Buffer, at: number): void {
    if (this.#into !== this.#member || this.#from === undefined) return;
    this.#flush(chunk, at);
    this.#from = undefined;
    this.#onMember(this.#keyText, this.#member.take());
  }

  #flush(chunk: Buffer, end: number): void {
    if (this.#from === undefined) return;
    this.#into.add(chunk.subarray(this.#from, end));
    this.#from = end;
  }
}

const unquoted = (text: string): string => {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch (cause) {
    throw new WireFault('malformed', 'a key is not a JSON string', { cause });
  }
};
