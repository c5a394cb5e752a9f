import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { GrpcImageSink, ingestDirectory } from '@ami-publisher/image';
import { createImageServerClient, createUnpackerClient, readClientTls } from '@ami-publisher/protocol';
import { startDaemon } from './daemon.mjs';
import { run } from './measure.mjs';
import { programs } from './programs.mjs';

const stream = 'bench/tree';
const [account, region] = ['123456789012', 'us-east-1'];

const tlsFlags = (certificates, name) => [
  ...['--ca', join(certificates, 'CA.pem')],
  ...['--cert', join(certificates, `${name}.cert`), '--key', join(certificates, `${name}.key`)],
];

/** An image server that holds `trees` as releases 1, 2, …, and what unpackers need to reach it; mutual TLS. */
export class Rig {
  #volumes = 0;

  static async start(directory, trees, profileDirectory) {
    const certificates = join(directory, 'certificates');
    await run(process.execPath, [
      ...[programs.publisher, 'certs', 'create', certificates],
      ...['--unpacker', `${account},${region}`],
    ]);
    const imageServer = await startDaemon(
      programs.imageServer,
      [
        ...['--data-dir', join(directory, 'images'), '--listen', '127.0.0.1:0', '--log-level', 'warn'],
        ...tlsFlags(certificates, 'imageserver'),
      ],
      { profileDirectory },
    );
    const rig = new Rig({ directory, certificates, imageServer, profileDirectory });
    rig.releases = await rig.#ingest(trees);
    return rig;
  }

  constructor(options) {
    Object.assign(this, options);
  }

  /** A new unpacker process without volumes, with the driver for folders or for disks. */
  async startUnpacker(name, driver = 'directory') {
    const directory = join(this.directory, name);
    const devices = join(directory, 'devices');
    await mkdir(devices, { recursive: true });
    const daemon = await startDaemon(
      programs.unpacker,
      [
        ...['--state-dir', join(directory, 'state'), '--devices-dir', devices, '--listen', '127.0.0.1:0'],
        ...['--driver', driver, '--image-server', this.imageServer.address, '--image-wait', '0'],
        ...['--log-level', 'warn'],
        ...tlsFlags(this.certificates, `unpacker-${account}-${region}`),
      ],
      { profileDirectory: this.profileDirectory, prefix: driver === 'block' ? ['unshare', '--mount'] : [] },
    );
    const client = createUnpackerClient({ address: daemon.address, tls: this.#tls('publisher') });
    await client.createStream({ stream });
    return {
      /** Gives the stream a new, empty volume. */
      attachVolume: () => this.#attachVolume(client, directory, devices),
      /** Gives the stream a disk; what is done with it is done by the command line, as operators do. */
      attachDisk: (disk) => this.#attachDisk(daemon.address, devices, disk),
      peakMemory: () => daemon.peakMemory(),
      stop: async () => {
        client.close();
        await daemon.stop();
      },
    };
  }

  stop() {
    return this.imageServer.stop();
  }

  /** Adds a tree as another image. */
  addImage(tree, leaf) {
    return this.#run('image', 'add', `${stream}/${leaf}`, tree, '--image-server', this.imageServer.address);
  }

  async #attachDisk(address, devices, disk) {
    const id = this.#nextId();
    await symlink(disk.path, join(devices, `nvme-Amazon_Elastic_Block_Store_vol${id}`));
    const operate = (command, ...args) => this.#run('unpacker', command, ...args, '--unpacker', address);
    await operate('add-device', stream, `vol-${id}`);
    return {
      /** Unpacks a release and seals the volume, so that all of it is on the disk. */
      publish: async (release) => {
        const { leaf, manifestDigest } = this.releases[release];
        await operate('unpack', stream, leaf, '--manifest-digest', manifestDigest);
        await operate('capture', stream);
      },
    };
  }

  #run(...args) {
    const flags = ['--certs', this.certificates, '--no-progress', '--output', 'json'];
    return run(process.execPath, [programs.publisher, ...args, ...flags]);
  }

  #nextId() {
    this.#volumes += 1;
    return this.#volumes.toString(16).padStart(17, '0');
  }

  async #attachVolume(client, directory, devices) {
    const id = this.#nextId();
    const content = join(directory, 'volumes', id, 'content');
    await mkdir(content, { recursive: true });
    await symlink(content, join(devices, `nvme-Amazon_Elastic_Block_Store_vol${id}`));
    const publication = `round-${id}`;
    const { epoch } = await client.acquireLease({ stream, publication, holder: 'bench' });
    const lease = { stream, publication, epoch };
    await client.addDevice({ deviceId: `vol-${id}`, lease });
    return {
      tree: join(content, 'tree'),
      unpack: async (release) => {
        const request = { lease, operationId: `${publication}/${release}`, ...this.releases[release] };
        let last;
        for await (const operation of client.unpackImage(request)) last = operation;
        if (last?.state !== 'SUCCEEDED') throw new Error(`unpack ended as ${last?.state}`);
        return last.unpacked;
      },
      /** Takes the volume from the stream; its files stay. */
      detach: async () => {
        await client.removeDevice({ deviceId: `vol-${id}`, lease });
        await client.releaseLease({ lease });
      },
    };
  }

  async #ingest(trees) {
    const client = createImageServerClient({
      address: this.imageServer.address,
      tls: this.#tls('ingester'),
    });
    try {
      const sink = new GrpcImageSink(client);
      const releases = [];
      for (const [index, root] of trees.entries()) {
        const leaf = String(index + 1);
        const { image } = await ingestDirectory({ root, name: { stream, leaf }, sink });
        releases.push({ leaf, manifestDigest: image.manifestDigest });
      }
      return releases;
    } finally {
      client.close();
    }
  }

  #tls(role) {
    return readClientTls({ directory: this.certificates, roles: [role], now: Date.now() });
  }
}
