import { type AddressInfo, createServer, type Socket } from 'node:net';
import { silentLogger } from '@ami-publisher/base';
import { answering, type ServerCall, SrpcServer } from '@ami-publisher/srpc';

/** Numbers of the reference, section 5. */
export const goStatus = { none: 0, unmounted: 1, mounted: 2, scanning: 3, scanned: 4, blank: 9 } as const;

type Request = Readonly<Record<string, string>>;

/** A daemon of Go as its reference describes it: its states, its texts, what kills it. Volumes hold the name of an image. */
export class GoUnpacker {
  readonly calls: string[] = [];
  readonly streams = new Map<string, { deviceId: string; status: number }>();
  readonly devices = new Map<string, string>();
  /** Volumes that the kernel shows, known to the daemon or not. */
  readonly attached = new Set<string>();
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
    for (const line of [
      `Getting image: ${image}`,
      `Fetching(${image}) 3 objects`,
      `Update(${image}) starting`,
      'Made inode: /etc/version from: 00',
      'Deleted: /etc/gone',
    ])
      await this.#watchers.get(StreamName)?.(line);
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
    await call.sendValue({ Error: '' });
    this.#watchers.set(Name, (line) => call.sendLine(`2026/11/23 06:27:50 ${line}`));
    await new Promise<void>((resolve) => call.signal.addEventListener('abort', () => resolve()));
  }
}
