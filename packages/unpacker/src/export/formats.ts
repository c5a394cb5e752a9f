import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readBlocks, zeros } from '../raw/read-blocks.js';
import type { RawVolume } from '../tasks/raw-volume.js';
import { startTool } from '../tools/run-tool.js';
import type { Tool } from '../tools/tools.js';

export interface EncodeOptions {
  /** Folder for files that are gone when the encoding ends. */
  readonly scratchDirectory: string;
  readonly signal: AbortSignal;
  /** Told how many bytes of the device have been read. */
  readonly onProgress: (bytesDone: number) => void;
}

interface ExportFormat {
  /** What it needs beside this process. */
  readonly tool?: Tool;
  /** The file, chunk by chunk; whoever stops taking it ends its making. */
  readonly encode: (volume: RawVolume, options: EncodeOptions) => AsyncIterable<Buffer>;
}

async function* encodeRaw(volume: RawVolume, options: EncodeOptions): AsyncGenerator<Buffer, void> {
  for await (const { offset, length, data } of readBlocks(volume.path, whole(volume))) {
    options.signal.throwIfAborted();
    yield data ?? zeros.subarray(0, length);
    options.onProgress(offset + length);
  }
}

async function* encodeZstd(volume: RawVolume, options: EncodeOptions): AsyncGenerator<Buffer, void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const tool = startTool('zstd', ['-q', '-T0', '-c'], toolOptions(volume, signal));
  const { stdin, stdout } = tool.child;
  const fed = pipeline(Readable.from(encodeRaw(volume, { ...options, signal })), stdin);
  const ended = tool.ended();
  // Heard of below, when the output has come to its end.
  for (const half of [fed, ended]) half.catch(() => {});
  try {
    for await (const chunk of stdout) yield chunk as Buffer;
    await ended;
    await fed;
  } finally {
    stop.abort();
    await Promise.allSettled([fed, ended]);
  }
}

/** `qemu-img` needs a file that it can seek in. */
async function* encodeVmdk(volume: RawVolume, options: EncodeOptions): AsyncGenerator<Buffer, void> {
  const { signal } = options;
  const folder = await mkdtemp(join(options.scratchDirectory, 'vmdk-'));
  try {
    const file = join(folder, 'image.vmdk');
    const { child, ended } = startTool(
      'qemu-img',
      ['convert', '-p', '-f', 'raw', '-O', 'vmdk', '-o', 'subformat=streamOptimized', volume.path, file],
      toolOptions(volume, signal),
    );
    child.stdout.on('data', (said: Buffer) => {
      const percent = /\((\d+\.\d+)\/100%\)\s*$/.exec(said.toString())?.[1];
      if (percent !== undefined) options.onProgress(Math.floor((volume.sizeBytes * Number(percent)) / 100));
    });
    await ended();
    for await (const chunk of createReadStream(file, { highWaterMark: zeros.length })) {
      signal.throwIfAborted();
      yield chunk as Buffer;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const toolOptions = ({ path }: RawVolume, signal: AbortSignal) =>
  ({ device: path, signal, failure: 'EXPORT_FAILED' }) as const;

const whole = ({ sizeBytes }: RawVolume) => ({ offset: 0, length: sizeBytes });

/** The forms that a volume can be written in. */
export const exportFormats = {
  raw: { encode: encodeRaw },
  'raw-zstd': { tool: 'zstd', encode: encodeZstd },
  vmdk: { tool: 'qemu-img', encode: encodeVmdk },
} as const satisfies Record<string, ExportFormat>;

export type ExportFormatName = keyof typeof exportFormats;
