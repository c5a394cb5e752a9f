import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { silentLogger } from '@ami-publisher/base';
import { answering, type ServerCall, SrpcServer, type SrpcServerTls } from '@ami-publisher/srpc';

type Request = Readonly<Record<string, string>>;

interface Image {
  readonly createdOn: string;
  readonly tree: object;
}

/** When the images of a test were made, which directories and links get as their time. */
export const madeOn = new Date('2026-11-22T06:21:10.909Z');

const maxRequestBytes = 16 * 1024 * 1024;

/** An image server of Go as its reference describes it, with images of folders; it can be told to misbehave. Images are read without any code of ours. */
export class GoImageServer {
  /** `Service.Method` of each call. */
  readonly calls: string[] = [];
  /** What is sent in place of an object; nothing more is sent once it resolves to undefined. @default the object */
  spoil: ((content: Buffer) => Promise<Buffer | undefined> | Buffer) | undefined;
  readonly #tls: SrpcServerTls | 'plain-text';
  readonly #images = new Map<string, Image>();
  readonly #objects = new Map<string, Buffer>();
  readonly #sockets = new Set<Socket>();
  #listening: Server | undefined;

  constructor(tls: SrpcServerTls | 'plain-text' = 'plain-text') {
    this.#tls = tls;
  }

  async start(port = 0): Promise<string> {
    const access = 'granted' as const;
    const methods = {
      'ImageServer.CheckDirectory': answering(access, (request) => {
        const { DirectoryName } = request as Request;
        return {
          DirectoryExists: [...this.#images.keys()].some((name) => name.startsWith(`${DirectoryName}/`)),
        };
      }),
      'ImageServer.GetImage': answering(access, (request) => this.#image(request as Request)),
      'ObjectServer.GetObjects': {
        access,
        maxRequestBytes,
        talk: (call: ServerCall) => this.#sendObjects(call),
      },
    };
    const srpc = new SrpcServer({ methods, tls: this.#tls, logger: silentLogger });
    const listening = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      srpc.accept(socket);
    });
    await new Promise<void>((resolve) => listening.listen({ host: '127.0.0.1', port }, resolve));
    this.#listening = listening;
    return `127.0.0.1:${(listening.address() as AddressInfo).port}`;
  }

  /** Cuts off all calls at once. */
  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    this.#listening?.close();
  }

  /** Makes an image `STREAM/LEAF` of a folder. */
  add(name: string, root: string): void {
    const table: Record<string, object> = {};
    const tree = { InodeTable: table, ...this.#directory(root, table) };
    this.#images.set(name, { createdOn: madeOn.toISOString(), tree });
  }

  #image({ ImageName = '', IgnoreFilesystem }: Request): object {
    this.calls.push('ImageServer.GetImage');
    const image = this.#images.get(ImageName);
    const Image = image && {
      ...{ CreatedOn: image.createdOn, ExpiresAt: '0001-01-01T00:00:00Z', Tags: null },
      FileSystem: IgnoreFilesystem ? null : image.tree,
    };
    return { Image: Image ?? null, InformationDatabaseURL: '' };
  }

  async #sendObjects(call: ServerCall): Promise<void> {
    const { Hashes } = (await call.value()) as { readonly Hashes: readonly string[] };
    this.calls.push('ObjectServer.GetObjects');
    const objects = Hashes.map((hash) => this.#objects.get(hash) ?? Buffer.alloc(0));
    const unknown = Hashes.findLast((hash) => !this.#objects.has(hash));
    await call.sendValue({
      ResponseString: unknown === undefined ? '' : `unknown object: ${unknown}`,
      ObjectSizes: objects.map(({ length }) => length),
    });
    if (unknown !== undefined) return;
    for (const object of objects) {
      const content = this.spoil === undefined ? object : await this.spoil(object);
      if (content === undefined) throw new Error('the object cannot be read');
      await call.sendBytes(content);
    }
  }

  #directory(path: string, table: Record<string, object>): object {
    const { mode, uid, gid } = lstatSync(path, { bigint: true });
    const [Mode, Uid, Gid] = [Number(mode), Number(uid), Number(gid)];
    const EntryList = readdirSync(path).map((Name) => {
      const place = join(path, Name);
      const number = lstatSync(place, { bigint: true }).ino.toString();
      table[number] ??= this.#inode(place, table);
      return { Name, InodeNumber: Number(number) };
    });
    return { EntryList, EntriesByName: null, Mode, Uid, Gid };
  }

  #inode(place: string, table: Record<string, object>): object {
    const status = lstatSync(place, { bigint: true });
    const owner = { Uid: Number(status.uid), Gid: Number(status.gid) };
    const second = 1_000_000_000n;
    const common = {
      ...{ Mode: Number(status.mode), ...owner },
      ...{ MtimeNanoSeconds: Number(status.mtimeNs % second), MtimeSeconds: Number(status.mtimeNs / second) },
    };
    if (status.isDirectory()) return this.#directory(place, table);
    if (status.isSymbolicLink()) return { ...owner, Symlink: readlinkSync(place) };
    if (!status.isFile()) return { ...common, Rdev: Number(status.rdev) };
    const content = readFileSync(place);
    const Hash = content.length === 0 ? '0'.repeat(128) : createHash('sha512').update(content).digest('hex');
    if (content.length > 0) this.#objects.set(Hash, content);
    return { ...common, Size: content.length, Hash };
  }
}
