import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GrpcImageSink, ingestDirectory, parseImageName } from '@ami-publisher/image';
import { createImageServerClient, readClientTls } from '@ami-publisher/protocol';
import type { World } from '../../support/world.js';

/** Adds an image with one file, `etc/os-release`, without the command line. */
export const addImage = async (world: World, name: string, content: string): Promise<void> => {
  const root = join(world.directory, 'trees', encodeURIComponent(name));
  await mkdir(join(root, 'etc'), { recursive: true });
  await writeFile(join(root, 'etc', 'os-release'), content);
  const directory = world.sandbox.certificatesDirectory ?? '';
  const client = createImageServerClient({
    address: world.sandbox.imageServer,
    tls: readClientTls({ directory, roles: ['ingester'], now: Date.now() }),
  });
  try {
    await ingestDirectory({ name: parseImageName(name), sink: new GrpcImageSink(client), root });
  } finally {
    client.close();
  }
};
