import { formatBytes } from '@ami-publisher/base';
import { readClientTls } from '@ami-publisher/core';
import { GrpcImageSink, type ImageName, ingestDirectory } from '@ami-publisher/image';
import { createImageServerClient } from '@ami-publisher/protocol';
import { withStatus } from '../progress/status-line.js';
import { say } from './work-directory.js';

type Options = Readonly<Record<string, unknown>>;

/** Adds a folder as an image to the image server of the environment, and tells how much of it was new. */
export const addTree = async (
  name: ImageName,
  root: string,
  options: Options,
  signal: AbortSignal,
): Promise<void> => {
  const { AMI_PUBLISHER_IMAGE_SERVER: address = '', AMI_PUBLISHER_CERTIFICATES: directory = '' } =
    process.env;
  const client = createImageServerClient({
    address,
    tls: readClientTls({ directory, roles: ['ingester'], now: Date.now() }),
  });
  try {
    const { image, bytesSent } = await withStatus(options, `Adding release ${name.leaf}`, (line) =>
      ingestDirectory({
        root,
        name,
        sink: new GrpcImageSink(client),
        signal,
        onProgress: ({ phase, filesDone, bytesDone }) =>
          line.show(`Adding release ${name.leaf}: ${phase}, ${filesDone} files, ${formatBytes(bytesDone)}`),
      }),
    );
    say(
      `\nRelease ${name.leaf}: ${image.entryCount} entries, ${formatBytes(image.contentBytes)}; ${formatBytes(bytesSent)} of it new to the image server.`,
    );
  } finally {
    client.close();
  }
};
