import { existsSync } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AmiPublisherError, isAmiPublisherError } from '@ami-publisher/base';
import { runHostTool } from './host-tool.js';

const detachMs = 10_000;
const intervalMs = 50;

/** A disk of this machine whose bytes are in a file. */
export class LoopDevice {
  readonly path: string;
  readonly #holder: FileHandle;

  private constructor(path: string, holder: FileHandle) {
    this.path = path;
    this.#holder = holder;
  }

  /** Makes a disk of a file. It goes with this process, however that ends. */
  static async attach(file: string): Promise<LoopDevice> {
    const path = (await runHostTool('losetup', '--find', '--show', '--', file)).trim();
    const holder = await open(path, 'r');
    try {
      // As long as it is open the kernel only notes that the last one to close it ends it.
      await runHostTool('losetup', '--detach', path);
      await removePartitions(path);
      return new LoopDevice(path, holder);
    } catch (error) {
      await holder.close();
      throw error;
    }
  }

  /** Lets the disk be as large as its file is now. */
  async takeSizeOfFile(): Promise<void> {
    await runHostTool('losetup', '--set-capacity', this.path);
  }

  /** @throws `TOOL_FAILED` while a partition is mounted, `TIMED_OUT` while somebody has the disk open. */
  async detach(): Promise<void> {
    await removePartitions(this.path);
    await this.#holder.close();
    for (const end = Date.now() + detachMs; Date.now() < end; await setTimeout(intervalMs)) {
      if (!existsSync(`/sys/block/${basename(this.path)}/loop`)) return;
    }
    throw new AmiPublisherError('TIMED_OUT', {
      message: `${this.path} is still in use ${detachMs} ms after it was detached`,
      resource: this.path,
      remedy: 'end what has it open',
    });
  }
}

/** The kernel keeps partitions of a disk that has gone, and would take them for those of the next one. */
const removePartitions = async (path: string): Promise<void> => {
  const name = basename(path);
  for (const end = Date.now() + detachMs; ; await setTimeout(intervalMs)) {
    if (!(await hasPartitions(name))) return;
    try {
      await runHostTool('partx', '--delete', '--nr', '1:', path);
    } catch (error) {
      if (!isAmiPublisherError(error) || error.code !== 'TOOL_FAILED' || Date.now() >= end) throw error;
    }
  }
};

const hasPartitions = async (name: string): Promise<boolean> =>
  (await readdir(`/sys/block/${name}`)).some((entry) => entry.startsWith(`${name}p`));
