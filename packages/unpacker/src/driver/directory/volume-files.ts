import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { removeDurably, writeDurably } from '../../state/durable-file.js';
import { isSystemError } from '../../system-error.js';
import type { ImageLabel, VolumeContents } from '../driver.js';

const generation = z.int().positive();
const labelFields = {
  stream: z.string().min(1),
  leaf: z.string().min(1),
  manifestDigest: z.string().min(1),
  generation,
};
const sealSchema = z.object(labelFields);
const volumeSchema = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('updating'), stream: z.string().min(1), generation }),
  z.object({ phase: z.literal('clean'), ...labelFields, unflushedSince: z.string().optional() }),
]);
type VolumeRecord = Readonly<z.infer<typeof volumeSchema>>;

/** The files of a volume: the image's tree, and beside it all that is ours. */
export class VolumeFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Exactly the image's tree. */
  get tree(): string {
    return join(this.#root, 'tree');
  }
  /** Digests of the files in the tree, by what `stat` says of them. */
  get index(): string {
    return join(this.#root, 'index');
  }
  /** Attributes that this process may not set, for whoever verifies the tree. */
  get unset(): string {
    return join(this.#root, 'unset.jsonl');
  }
  /** Objects on their way into the tree; on its file system. */
  get staging(): string {
    return join(this.#root, 'staging');
  }
  get root(): string {
    return this.#root;
  }
  get #volume(): string {
    return join(this.#root, 'volume.json');
  }
  get #seal(): string {
    return join(this.#root, 'seal.json');
  }

  async contents(): Promise<VolumeContents> {
    const record = await readRecord(this.#volume, volumeSchema);
    if (record === undefined) return { kind: (await this.#isEmpty()) ? 'blank' : 'foreign' };
    if (record.phase === 'updating' || !(await isOnDisk(record))) {
      return { kind: 'partial', stream: record.stream, generation: record.generation };
    }
    const label = labelOf(record);
    const seal = await readRecord(this.#seal, sealSchema);
    return { kind: 'image', ...label, sealed: seal !== undefined && sameLabel(seal, label) };
  }

  /** Breaks the seal and says, durably, that the tree is about to change. */
  async markUpdating(stream: string, nextGeneration: number): Promise<void> {
    await this.#write({ phase: 'updating', stream, generation: nextGeneration });
    await removeDurably(this.#seal);
  }

  /** Says that the tree is complete, though perhaps not yet on disk: that is true until the machine stops. */
  async markComplete(label: ImageLabel): Promise<void> {
    await removeDurably(this.#seal);
    await this.#write({ phase: 'clean', ...labelOf(label), unflushedSince: await bootId() });
  }

  /** Seals a volume that has been flushed. */
  async seal(label: ImageLabel): Promise<void> {
    await this.#write({ phase: 'clean', ...labelOf(label) });
    await writeDurably(this.#seal, `${JSON.stringify(labelOf(label))}\n`);
  }

  /** The generation first: a seal that a crash leaves behind then does not fit it. */
  async unseal(label: ImageLabel): Promise<void> {
    await this.#write({ phase: 'clean', ...labelOf(label) });
    await removeDurably(this.#seal);
  }

  /** Removes everything, what makes it a volume of ours last. Cut short, it is no image any more. */
  async wipe(): Promise<void> {
    const contents = await this.contents();
    if ('stream' in contents) await this.markUpdating(contents.stream, contents.generation + 1);
    for (const name of await readdir(this.#root)) {
      if (name !== 'volume.json') await rm(join(this.#root, name), { recursive: true, force: true });
    }
    await removeDurably(this.#volume);
  }

  async #write(record: VolumeRecord): Promise<void> {
    await writeDurably(this.#volume, `${JSON.stringify(record)}\n`);
  }

  async #isEmpty(): Promise<boolean> {
    const names = await readdir(this.#root);
    return names.every((name) => harmless.has(name));
  }
}

/** What may be on a volume that nobody has used: an unfinished write of our own, and what mkfs makes. */
const harmless: ReadonlySet<string> = new Set(['volume.json.new', 'lost+found']);

const labelOf = ({ stream, leaf, manifestDigest, generation: at }: ImageLabel): ImageLabel => ({
  stream,
  leaf,
  manifestDigest,
  generation: at,
});

const sameLabel = (one: ImageLabel, other: ImageLabel): boolean =>
  one.generation === other.generation &&
  one.manifestDigest === other.manifestDigest &&
  one.stream === other.stream &&
  one.leaf === other.leaf;

/** A tree that was complete in memory only is lost with the machine that had it there. */
const isOnDisk = async (record: { readonly unflushedSince?: string | undefined }): Promise<boolean> =>
  record.unflushedSince === undefined || record.unflushedSince === (await bootId());

/** Where the kernel does not tell, no later process takes anything for flushed. */
const unknownBoot = randomUUID();

const bootId = async (): Promise<string> => {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return unknownBoot;
    throw error;
  }
};

/** @returns undefined if the file is not there or is not what it should be. */
const readRecord = async <T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> => {
  try {
    const parsed = schema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
};
