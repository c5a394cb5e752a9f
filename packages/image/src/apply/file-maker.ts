import { AmiPublisherError } from '@ami-publisher/base';
import type { ByteString } from '../manifest.js';
import { allChanges, setAttributes } from './attributes.js';
import type { InodePlan } from './plan.js';
import type { ContentEntry } from './receive.js';
import type { UnsettableCollector } from './unsettable.js';
import type { Workplace } from './workplace.js';
import { writeSmallFile } from './write-file.js';

/** Where the new file of a plan is, if it is made; put together when asked, since there may be hundreds of thousands. */
export type Made = (inode: InodePlan) => Buffer | undefined;

/** Who is told of what was made. */
export interface MakingListener {
  onWritten(bytes: number): void;
  onFile(): void;
}

/** The file entry of a plan that needs content. */
export const contentEntry = (plan: InodePlan): ContentEntry => {
  if (plan.entry.type === 'file' && plan.entry.sha512 !== undefined) return plan.entry as ContentEntry;
  throw new AmiPublisherError('INTERNAL', { message: `a ${plan.entry.type} has no content` });
};

/** Makes new files in a workplace, complete with their attributes, and keeps account of them. */
export class FileMaker {
  readonly #names = new Map<InodePlan, ByteString>();

  constructor(
    readonly workplace: Workplace,
    readonly unsettable: UnsettableCollector,
    readonly listener: MakingListener,
  ) {}

  /** Where all the files are that were made. */
  get made(): Made {
    return (inode) => {
      const name = this.#names.get(inode);
      return name === undefined ? undefined : this.workplace.place(name);
    };
  }

  /** The name in the workplace of a file that was made. */
  nameOf(inode: InodePlan): ByteString | undefined {
    return this.#names.get(inode);
  }

  /** Makes a file of content that is in memory and known to be right. `sha512` if it is the first file with that content. */
  makeSmall(inode: InodePlan, data: Uint8Array, sha512?: string): void {
    const name = this.workplace.nameFor(inode, sha512);
    const file = contentEntry(inode);
    writeSmallFile(this.workplace.place(name), file, data, (fd) => this.complete(inode, name, fd));
    this.listener.onWritten(file.size);
  }

  /** Sets the attributes of a file whose content is complete; `fd` if it is open. */
  complete(inode: InodePlan, name: ByteString, fd?: number): void {
    const { ability } = this.unsettable;
    const place = this.workplace.place(name);
    this.unsettable.refuse(
      inode.entry,
      setAttributes(place, inode.entry, allChanges(inode.entry), ability, fd),
    );
    this.#names.set(inode, name);
    this.listener.onFile();
  }
}
