import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { invalidOption, throwIfCancelled } from '@ami-publisher/base';
import type { RawVolume } from '../tasks/raw-volume.js';
import { hasTool } from '../tools/tools.js';
import { type ExportDestination, formatDestination, parseDestination, preparePath } from './destination.js';
import { removePartialFiles, writeFileFrom } from './file-sink.js';
import { type EncodeOptions, type ExportFormatName, exportFormats } from './formats.js';
import { type S3Options, uploadToS3 } from './s3-sink.js';

export interface ExporterOptions {
  /** The one folder that files may be exported to; left out, none may. */
  readonly directory?: string | undefined;
  /** Folder for files that are needed meanwhile; emptied at the start. */
  readonly scratchDirectory: string;
  readonly s3: S3Options;
}

/** What an export asks for, checked. */
export interface ExportRequest {
  readonly format: ExportFormatName;
  readonly destination: ExportDestination;
}

/** What an export wrote. */
export interface WrittenFile {
  readonly destination: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha512: string;
}

/** Writes volumes as files, below one folder or to S3. */
export class Exporter {
  /** Those of the formats that this host has the tools for, by name. */
  readonly formats: readonly string[];
  readonly #options: ExporterOptions;

  private constructor(options: ExporterOptions, formats: readonly string[]) {
    this.#options = options;
    this.formats = formats;
  }

  /** Removes what an unpacker left that was killed, and looks which tools there are. */
  static async open(options: ExporterOptions): Promise<Exporter> {
    const { directory, scratchDirectory } = options;
    await rm(scratchDirectory, { recursive: true, force: true });
    await mkdir(scratchDirectory, { recursive: true, mode: 0o700 });
    if (directory !== undefined) {
      await mkdir(directory, { recursive: true });
      await removePartialFiles(directory);
    }
    return new Exporter(options, await usableFormats());
  }

  /** @throws `INVALID_OPTION`. */
  check(format: string, destination: string): ExportRequest {
    if (!isFormat(format)) throw invalidOption('format', Object.keys(exportFormats).join(' or '), format);
    return { format, destination: parseDestination(destination, this.#options.directory) };
  }

  /** How results name a destination. */
  nameOf(destination: ExportDestination): string {
    return formatDestination(destination, this.#options.directory);
  }

  /**
   * Writes a volume. Until it is written as a whole there is nothing at the destination, or what was there before.
   *
   * @throws `INVALID_OPTION` if a link is in the way, `TOOL_MISSING`, `NO_SPACE`, `EXPORT_FAILED`, `RAW_UNAVAILABLE`, the signal's reason.
   */
  async write(
    volume: RawVolume,
    { format, destination }: ExportRequest,
    options: Omit<EncodeOptions, 'scratchDirectory'>,
  ): Promise<WrittenFile> {
    const { scratchDirectory } = this.#options;
    const file = new Digested(exportFormats[format].encode(volume, { ...options, scratchDirectory }));
    await this.#sink(file, destination, volume).catch((reason: unknown) => {
      throwIfCancelled(options.signal);
      throw reason;
    });
    return { destination: this.nameOf(destination), ...file.digest() };
  }

  async #sink(
    chunks: AsyncIterable<Buffer>,
    destination: ExportDestination,
    { sizeBytes }: RawVolume,
  ): Promise<void> {
    const { directory = '', s3 } = this.#options;
    if (destination.kind === 's3') {
      // What does not compress grows a little by its frames.
      await uploadToS3(chunks, { ...destination, atMostBytes: Math.ceil(sizeBytes * 1.01) }, s3);
      return;
    }
    const path = await preparePath(directory, destination.segments);
    await writeFileFrom(chunks, { path, directory: resolve(directory) });
  }
}

/** Chunks that are counted and hashed as they pass. */
class Digested implements AsyncIterable<Buffer> {
  readonly #chunks: AsyncIterable<Buffer>;
  readonly #hash = createHash('sha512');
  #bytes = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    for await (const chunk of this.#chunks) {
      this.#hash.update(chunk);
      this.#bytes += chunk.length;
      yield chunk;
    }
  }

  /** Of all that has passed. */
  digest(): Pick<WrittenFile, 'bytes' | 'sha512'> {
    return { bytes: this.#bytes, sha512: this.#hash.digest('hex') };
  }
}

const isFormat = (name: string): name is ExportFormatName => Object.hasOwn(exportFormats, name);

const usableFormats = async (): Promise<string[]> => {
  const usable: string[] = [];
  for (const [name, format] of Object.entries(exportFormats)) {
    if (!('tool' in format) || (await hasTool(format.tool))) usable.push(name);
  }
  return usable;
};
