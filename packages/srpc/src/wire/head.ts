import type { ByteReader } from './byte-reader.js';
import { WireFault } from './wire-fault.js';

/**
 * Reads the lines of an HTTP head up to its empty line, which is taken as well. Go ends lines with bare line feeds, which HTTP parsers refuse.
 *
 * @param goesOn whether anything is to follow the first line; else it is returned at once @default always
 * @throws WireFault `too-long` if there are more than `maxBytes`.
 */
export const readHead = async (
  reader: ByteReader,
  maxBytes: number,
  goesOn: (firstLine: string) => boolean = () => true,
): Promise<readonly string[]> => {
  const lines: string[] = [];
  for (let left = maxBytes; ; ) {
    const line = (await reader.line(left)).toString('latin1').replace(/\r$/, '');
    left -= line.length + 1;
    if (line === '' && lines.length > 0) return lines;
    if (left < 0) throw new WireFault('too-long', `a head is longer than ${maxBytes} bytes`);
    lines.push(line);
    if (lines.length === 1 && !goesOn(line)) return lines;
  }
};
