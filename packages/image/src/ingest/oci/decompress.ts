import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isAmiPublisherError } from '@ami-publisher/base';
import { Decompress } from 'fzstd';
import type { Descriptor } from './descriptor.js';
import { invalidLayout } from './json-blob.js';

type Bytes = AsyncIterable<Uint8Array>;

/** An error of the source becomes one of the stream, for whoever reads it. */
const gunzip = (bytes: Bytes): Bytes => pipeline(Readable.from(bytes), createGunzip(), () => {});

async function* unzstd(bytes: Bytes): AsyncGenerator<Uint8Array> {
  let ready: Uint8Array[] = [];
  const stream = new Decompress((data) => {
    if (data.length > 0) ready.push(data);
  });
  for await (const chunk of bytes) {
    stream.push(chunk);
    yield* ready;
    ready = [];
  }
  stream.push(new Uint8Array(), true);
  yield* ready;
}

const plain = (bytes: Bytes): Bytes => bytes;

/** How the layers of each media type are packed; those of the second name may not be handed on, which is no matter here. */
const unpackers: Readonly<Record<string, (bytes: Bytes) => Bytes>> = {
  'application/vnd.oci.image.layer.v1.tar': plain,
  'application/vnd.oci.image.layer.v1.tar+gzip': gunzip,
  'application/vnd.oci.image.layer.v1.tar+zstd': unzstd,
  'application/vnd.oci.image.layer.nondistributable.v1.tar': plain,
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip': gunzip,
  'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd': unzstd,
  'application/vnd.docker.image.rootfs.diff.tar.gzip': gunzip,
};

/** The archive in a layer. @throws `INVALID_ARCHIVE` for a media type that is not known, or for damaged bytes. */
export async function* layerArchive(layer: Descriptor, bytes: Bytes): AsyncGenerator<Uint8Array> {
  const unpack = unpackers[layer.mediaType];
  if (unpack === undefined)
    throw invalidLayout(layer.digest, `has the media type ${layer.mediaType}, which is no layer`);
  try {
    yield* unpack(bytes);
  } catch (reason) {
    if (isAmiPublisherError(reason)) throw reason;
    throw invalidLayout(layer.digest, `cannot be read: ${(reason as Error).message}`, reason);
  }
}
