import * as z from 'zod';
import type { Json } from '../wire/json.js';
import type { CallWire } from './call-wire.js';
import { ask, type CallOptions, type SrpcCalls } from './calls.js';
import { count, instant, map } from './fields.js';
import { directoryOf, inodeOf, type SrpcDirectory, type SrpcInode } from './inode.js';
import { limits } from './limits.js';
import { parseReply } from './parse-reply.js';
import { Refusal } from './site.js';

const maxNameBytes = 64 * 1024;
const treePath = ['Image', 'FileSystem', 'InodeTable'] as const;
const treeLimits = { memberBytes: 64 * 1024 * 1024, restBytes: 64 * 1024 * 1024 };

const imageFields = { CreatedOn: instant, ExpiresAt: instant, Tags: map(z.string()) };

/** What an image server says of an image. */
export interface SrpcImage {
  readonly createdAt: Date | undefined;
  /** Undefined = never. */
  readonly expiresAt: Date | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

const toImage = (fields: z.output<z.ZodObject<typeof imageFields>>): SrpcImage => ({
  createdAt: fields.CreatedOn,
  expiresAt: fields.ExpiresAt,
  tags: fields.Tags,
});

/** An image with the root of its tree; the other inodes were given out before. */
export interface SrpcImageTree extends SrpcImage {
  readonly root: SrpcDirectory;
}

/** Which images of a directory are meant. */
export interface ImageFilter {
  readonly ignoreExpiring?: boolean | undefined;
  /** Each must be there, with one of its values. */
  readonly tags?: Readonly<Record<string, readonly string[]>> | undefined;
}

const filterFields = ({ ignoreExpiring = false, tags = {} }: ImageFilter) => ({
  IgnoreExpiringImages: ignoreExpiring,
  TagsToMatch: tags,
});

const withError = z.object({ Error: z.string() });

/** The look-ups of an image server of Go. Every method rejects with an `AmiPublisherError`. */
export class SrpcImageServer {
  constructor(readonly calls: SrpcCalls) {}

  /** Whether there is an image `STREAM/LEAF`. */
  async hasImage(name: string, options: CallOptions = {}): Promise<boolean> {
    const reply = z.object({ ImageExists: z.boolean() });
    return (await this.#ask('CheckImage', { ImageName: name }, reply, options)).ImageExists;
  }

  /** Whether there is a directory of images. */
  async hasDirectory(name: string, options: CallOptions = {}): Promise<boolean> {
    const reply = z.object({ DirectoryExists: z.boolean() });
    return (await this.#ask('CheckDirectory', { DirectoryName: name }, reply, options)).DirectoryExists;
  }

  /** The newest image directly in a directory, `STREAM/LEAF`; undefined if there is none. */
  async findLatest(
    directory: string,
    filter: ImageFilter = {},
    options: CallOptions = {},
  ): Promise<string | undefined> {
    const request = { DirectoryName: directory, ...filterFields(filter) };
    const reply = withError.extend({ ImageName: z.string() });
    return (await this.#ask('FindLatestImage', request, reply, options)).ImageName || undefined;
  }

  /** When an image expires; undefined = never. */
  async expiryOf(name: string, options: CallOptions = {}): Promise<Date | undefined> {
    const reply = withError.extend({ ExpiresAt: instant });
    return (await this.#ask('GetImageExpiration', { ImageName: name }, reply, options)).ExpiresAt;
  }

  /** Bytes that an image takes in 4096-byte blocks; undefined if there is none of the name. */
  async usageOf(name: string, options: CallOptions = {}): Promise<number | undefined> {
    const reply = z.object({ ImageExists: z.boolean(), UsageEstimate: count });
    const { ImageExists, UsageEstimate } = await this.#ask(
      'GetImageUsageEstimate',
      { ImageName: name },
      reply,
      options,
    );
    return ImageExists ? UsageEstimate : undefined;
  }

  /** The master that an image server is a replica of; undefined if it is one itself. */
  async replicationMaster(options: CallOptions = {}): Promise<string | undefined> {
    const reply = withError.extend({ ReplicationMaster: z.string() });
    return (await this.#ask('GetReplicationMaster', {}, reply, options)).ReplicationMaster || undefined;
  }

  /** An image without its tree; undefined if there is none of the name. */
  async image(name: string, options: CallOptions = {}): Promise<SrpcImage | undefined> {
    const reply = z.object({ Image: z.object(imageFields).nullable() });
    const request = { ImageName: name, IgnoreFilesystem: true };
    const { Image } = await this.#ask('GetImage', request, reply, options);
    return Image === null ? undefined : toImage(Image);
  }

  /**
   * An image with its tree, on a connection of its own: `onInode` is called with each inode but the root, in no particular order, while the answer
   * arrives.
   *
   * @returns undefined if there is no image of the name
   */
  tree(
    name: string,
    onInode: (number: string, inode: SrpcInode) => void,
    options: CallOptions = {},
  ): Promise<SrpcImageTree | undefined> {
    const method = 'ImageServer.GetImage';
    const onMember = (number: string, value: Json) => onInode(number, inodeOf(value));
    const talk = async (wire: CallWire): Promise<SrpcImageTree | undefined> => {
      await wire.begin(method);
      wire.sendValue({ ImageName: name });
      await wire.status();
      return treeOf(await wire.members(treePath, onMember, treeLimits), name);
    };
    return this.calls.callApart({ ...limits.transfer, ...options, method, talk });
  }

  /** Names of all images, `STREAM/LEAF`, in order. */
  images(options: CallOptions = {}): Promise<readonly string[]> {
    return this.#names('ListImages', undefined, options);
  }

  /** Names of the images under a directory; with a slash at its end, directly in it. An unknown directory has none. */
  imagesIn(
    directory: string,
    filter: ImageFilter = {},
    options: CallOptions = {},
  ): Promise<readonly string[]> {
    return this.#names('ListSelectedImages', { DirectoryName: directory, ...filterFields(filter) }, options);
  }

  /** Names of all directories, in order; `.` is the outermost. */
  directories(options: CallOptions = {}): Promise<readonly string[]> {
    const method = 'ImageServer.ListDirectories';
    const reply = z.object({ Name: z.string() });
    const talk = async (wire: CallWire): Promise<readonly string[]> => {
      await wire.begin(method);
      const names: string[] = [];
      for (;;) {
        const { Name } = parseReply(reply, await wire.value(maxNameBytes));
        if (Name === '') return names.sort();
        names.push(Name);
      }
    };
    return this.calls.call({ ...limits.lookUp, ...options, method, talk });
  }

  /** Newer methods tell of an error within their reply. */
  async #ask<T extends z.ZodType>(
    name: string,
    request: object,
    reply: T,
    options: CallOptions,
  ): Promise<z.output<T>> {
    const decode = (value: Json): z.output<T> => {
      const { data } = withError.safeParse(value);
      if (data !== undefined && data.Error !== '') throw new Refusal(data.Error);
      return parseReply(reply, value);
    };
    return ask(this.calls, `ImageServer.${name}`, request, { ...limits.lookUp, ...options, decode });
  }

  /** Lines up to an empty one. */
  #names(name: string, request: object | undefined, options: CallOptions): Promise<readonly string[]> {
    const method = `ImageServer.${name}`;
    const talk = async (wire: CallWire): Promise<readonly string[]> => {
      await wire.begin(method);
      if (request !== undefined) wire.sendValue(request);
      const names: string[] = [];
      for (;;) {
        const line = await wire.line(maxNameBytes);
        if (line === '') return names.sort();
        names.push(line);
      }
    };
    return this.calls.call({ ...limits.lookUp, ...options, method, talk });
  }
}

const treeReply = z.object({ Image: z.object({ ...imageFields, FileSystem: z.unknown() }).nullable() });

const treeOf = (value: Json, name: string): SrpcImageTree | undefined => {
  const { Image } = parseReply(treeReply, value);
  if (Image === null) return undefined;
  if (Image.FileSystem === null) throw new Refusal(`image ${name} has no file-system`);
  return { ...toImage(Image), root: directoryOf(Image.FileSystem as Json) };
};
