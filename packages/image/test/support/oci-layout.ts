import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

/** A member of a layer: part of its header, and its content. */
export type LayerMember = Partial<Header> & { readonly name: string; readonly content?: string };

/** A descriptor in an index or manifest. */
export interface LayoutDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const layerType = 'application/vnd.oci.image.layer.v1.tar';

/** The bytes of an archive. */
export const tarOf = async (members: readonly LayerMember[]): Promise<Buffer> => {
  const tar = pack();
  for (const { content = '', ...header } of members)
    tar.entry({ mtime: new Date(1_000), mode: 0o644, ...header } as Header, content);
  tar.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of tar as AsyncIterable<Uint8Array>) pieces.push(piece);
  return Buffer.concat(pieces);
};

/** A frame of zstd that holds its bytes as they are; with several frames, and one to be skipped, as some tools write layers. */
const zstdFrame = (bytes: Buffer): Buffer => {
  const blocks: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58])];
  for (let at = 0; at < bytes.length; at += 100_000) {
    const block = bytes.subarray(at, at + 100_000);
    const header = Buffer.alloc(3);
    header.writeUIntLE((block.length << 3) | (at + block.length >= bytes.length ? 1 : 0), 0, 3);
    blocks.push(header, block);
  }
  return Buffer.concat(blocks);
};
const skippedFrame = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);

const packers: Readonly<Record<string, (tar: Buffer) => Buffer>> = {
  '': (tar) => tar,
  '+gzip': gzipSync,
  '+zstd': (tar) =>
    Buffer.concat([zstdFrame(tar.subarray(0, 700)), skippedFrame, zstdFrame(tar.subarray(700))]),
};

/** An OCI image layout that is made piece by piece. */
export class LayoutMaker {
  constructor(readonly root: string) {
    mkdirSync(join(root, 'blobs', 'sha256'), { recursive: true });
    writeFileSync(join(root, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  }

  blob(mediaType: string, bytes: Buffer): LayoutDescriptor {
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(this.root, 'blobs', 'sha256', hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  }

  json(mediaType: string, value: object): LayoutDescriptor {
    return this.blob(mediaType, Buffer.from(JSON.stringify(value)));
  }

  async layer(
    members: readonly LayerMember[],
    packed: '' | '+gzip' | '+zstd' = '',
  ): Promise<LayoutDescriptor> {
    return this.blob(layerType + packed, packers[packed]!(await tarOf(members)));
  }

  image(layers: readonly LayoutDescriptor[]): LayoutDescriptor {
    return this.json(manifestType, { schemaVersion: 2, layers });
  }

  index(manifests: readonly object[]): void {
    writeFileSync(join(this.root, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  }
}
