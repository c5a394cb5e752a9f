import { type AddressInfo, createServer, type Socket } from 'node:net';
import { silentLogger } from '@ami-publisher/base';
import { answering, type ServerCall, SrpcServer } from '@ami-publisher/srpc';

/** Numbers of the reference, section 5. */
export const goStatus = { none: 0, unmounted: 1, mounted: 2, scanning: 3, scanned: 4, blank: 9 } as const;

type Request = Readonly<Record<string, string>>;

/** What a volume holds; a wrong byte is found by whoever reads it only. */
interface Content {
  readonly image: string;
  readonly isSpoilt: boolean;
}

/** A daemon of Go as its reference describes it: its states, its texts, what kills it. Volumes hold the name of an image. */
export class GoUnpacker {
  readonly calls: string[] = [];
  readonly streams = new Map<string, { deviceId: string; status: number }>();
  readonly devices = new Map<string, string>();
  /** Volumes that the kernel shows, known to the daemon or not. */
  readonly attached = new Set<string>();
  /** By device. */
  readonly contents = new Map<string, Content>();
  /** How many of the next objects that it writes are others than the image's, of which it notices nothing. */
  spoils = 0;
  /** Whether the caller's certificate grants the log. */
  grantsLog = true;
  /** Whether the log tells the end of an update. */
  tellsEnd = true;
  readonly #watchers = new Map<string, (line: string) => Promise<void>>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    this.#sockets.add(socket);
    this.#srpc.accept(socket);
  });
  readonly #srpc = new SrpcServer({ tls: 'plain-text', logger: silentLogger, methods: this.#methods() });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #methods() {
    const tell = (name: string, act: (request: Request) => Promise<void> | void) => [
      `ImageUnpacker.${name}`,
      answering('granted', async (request) => {
        this.calls.push(name);
        await act(request as Request);
        return {};
      }),
    ];
    return {
      'ImageUnpacker.GetStatus': answering('granted', () => this.#status()),
      'ImageUnpacker.AddDevice': { access: 'granted' as const, talk: (call: ServerCall) => this.#add(call) },
      'Logger.Watch': { access: 'granted' as const, talk: (call: ServerCall) => this.#watch(call) },
      ...Object.fromEntries([
        tell('AssociateStreamWithDevice', ({ StreamName = '', DeviceId = '' }) => {
          this.streams.set(StreamName, { deviceId: DeviceId, status: goStatus.blank });
          this.devices.set(DeviceId, StreamName);
        }),
        tell('PrepareForUnpack', ({ StreamName = '' }) => {
          const stream = this.#stream(StreamName);
          if (stream.status !== goStatus.blank) stream.status = goStatus.scanned;
        }),
        tell('UnpackImage', (request) => this.#unpack(request)),
        tell('PrepareForCapture', ({ StreamName = '' }) => {
          const stream = this.#stream(StreamName);
          if (stream.status === goStatus.blank) throw new Error('the daemon has died of this');
          if (stream.status === goStatus.scanned) throw new Error('stream not idle');
          stream.status = goStatus.unmounted;
        }),
      ]),
    };
  }

  #status(): object {
    const streams = [...this.streams].map(([name, { deviceId, status }]) => [
      name,
      { DeviceId: deviceId, Status: status },
    ]);
    const devices = [...this.devices].map(([id, stream]) => [
      id,
      { DeviceName: 'xvdf', Size: 1024 ** 3, StreamName: stream },
    ]);
    return {
      Devices: Object.fromEntries(devices),
      ImageStreams: Object.fromEntries(streams),
      TimeSinceLastUsed: 60_000_000_000,
    };
  }

  #stream(name: string) {
    const stream = this.streams.get(name);
    if (stream === undefined) throw new Error('unknown stream');
    return stream;
  }

  async #unpack({ StreamName = '', ImageLeafName = '' }: Request): Promise<void> {
    const stream = this.#stream(StreamName);
    if (stream.status !== goStatus.blank && stream.status !== goStatus.scanned)
      throw new Error('not yet scanned');
    const image = `${StreamName}/${ImageLeafName}`;
    const before = this.contents.get(stream.deviceId);
    for (const line of [
      ...linesOf(image, before),
      ...(this.tellsEnd ? [`Update(${image}) completed in 4ms`] : []),
    ])
      await this.#watchers.get(StreamName)?.(line);
    const isSame = before?.image === image && !before.isSpoilt;
    this.contents.set(stream.deviceId, { image, isSpoilt: !isSame && this.spoils-- > 0 });
    stream.status = goStatus.mounted;
  }

  /** The device is found once, by what has appeared between the two lines. */
  async #add(call: ServerCall): Promise<void> {
    this.calls.push('AddDevice');
    const before = new Set(this.attached);
    await call.sendStatus('');
    const id = await call.line();
    const [found, ...more] = [...this.attached].filter((one) => !before.has(one));
    if (found === undefined) return call.sendStatus('no new devices found');
    if (more.length > 0) return call.sendStatus('too many new devices found');
    this.devices.set(id, '');
    return call.sendStatus('');
  }

  async #watch(call: ServerCall): Promise<void> {
    const { Name } = (await call.value()) as { readonly Name: string };
    if (!this.grantsLog) return call.sendValue({ Error: 'access to method denied' });
    await call.sendValue({ Error: '' });
    this.#watchers.set(Name, (line) => call.sendLine(`2026/11/23 06:27:50 ${line}`));
    await new Promise<void>((resolve) => call.signal.addEventListener('abort', () => resolve()));
  }
}

/** What is told of an unpacking until it ends. The name of the image, which is not of it, goes each time. */
const linesOf = (image: string, before: Content | undefined): readonly string[] => {
  const note = [`Deleting(${image}): 1 unneeded files`, `Delete(${image}): /var/lib/initial-image`];
  const beginning = [`Getting image: ${image}`, ...(before === undefined ? [] : note)];
  if (before?.image !== image)
    return [
      ...beginning,
      `Fetching(${image}) 3 objects`,
      `Update(${image}) starting`,
      'Made inode: /etc/version from: 00',
      'Deleted: /etc/gone',
    ];
  if (!before.isSpoilt) return [...beginning, `Fetching(${image}) 0 objects`, `Update(${image}) starting`];
  return [
    ...beginning,
    `Delete(${image}): /etc/version`,
    `Fetching(${image}) 1 objects`,
    `Update(${image}) starting`,
    'Made inode: /etc/version from: 00',
  ];
};
