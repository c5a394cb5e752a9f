import { formatBytes, formatTime } from '@ami-publisher/base';
import { type Role, readDefaults } from '@ami-publisher/core';
import { createImageServerClient, type ImageMessage, type ImageServerClient } from '@ami-publisher/protocol';
import { clientTls } from '../../context.js';
import type { TableView } from '../../output/render.js';

export type Options = Record<string, unknown>;

/** Does some work with a client of the image server, and closes it. */
export const withServer = async (
  options: Options,
  roles: readonly Role[],
  work: (client: ImageServerClient) => Promise<number>,
): Promise<number> => {
  const address = typeof options.imageServer === 'string' ? options.imageServer : readDefaults().imageServer;
  const client = createImageServerClient({ address, tls: clientTls(options, roles) });
  try {
    return await work(client);
  } finally {
    client.close();
  }
};

export const readers: readonly Role[] = ['reader', 'publisher', 'ingester', 'operator'];
export const ingesters: readonly Role[] = ['ingester', 'operator'];
export const operators: readonly Role[] = ['operator'];

/** An image as the commands show it; what does not hold of it is left out. */
export const imageRow = (image: ImageMessage) => ({
  image: `${image.name?.stream}/${image.name?.leaf}`,
  manifestDigest: image.manifestDigest,
  entryCount: Number(image.entryCount),
  contentBytes: Number(image.contentBytes),
  usageBytes: Number(image.usageBytes),
  createdAt: image.createdAt,
  createdBy: image.createdBy,
  ...(image.expiresAt !== '' && { expiresAt: image.expiresAt }),
  ...(image.deletedAt !== '' && { deletedAt: image.deletedAt, deletedBy: image.deletedBy }),
  ...(image.restorableUntil !== '' && { restorableUntil: image.restorableUntil }),
});

/** What becomes of an image: when it expires, or until when it can be restored. */
const endOf = ({ expiresAt, restorableUntil }: ReturnType<typeof imageRow>): string => {
  if (restorableUntil !== undefined) return `deleted; restorable until ${formatTime(restorableUntil)}`;
  return expiresAt === undefined ? '' : `expires ${formatTime(expiresAt)}`;
};

export const imagesView: TableView<readonly ReturnType<typeof imageRow>[]> = {
  head: ['IMAGE', 'CREATED', 'ENTRIES', 'CONTENT', 'END', 'BY', 'DIGEST'],
  expendable: ['BY', 'DIGEST', 'CONTENT'],
  empty: 'the image server has no such images',
  rows: (images) =>
    images.map((row) => [
      row.image,
      formatTime(row.createdAt),
      String(row.entryCount),
      formatBytes(row.contentBytes),
      endOf(row),
      row.createdBy,
      `${row.manifestDigest.slice(0, 16)}…`,
    ]),
};
