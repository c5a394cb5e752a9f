import type { DaemonMetrics } from '@ami-publisher/daemon';
import type { StoredImages } from './status.js';

/** Measures what a store holds at the time of the question. */
export const measureImages = (metrics: DaemonMetrics, stored: () => Promise<StoredImages>): void => {
  metrics.value('imageserver_images', 'Images.', async () => (await stored()).images.length);
  metrics.value('imageserver_streams', 'Streams that have an image.', async () => (await stored()).streams);
  metrics.value(
    'imageserver_deleted_images',
    'Images that were deleted or have expired, and whose names are still taken.',
    async () => (await stored()).deleted,
  );
  metrics.value(
    'imageserver_image_bytes',
    'Content of all images; what they share counts for each.',
    async () => (await stored()).images.reduce((sum, { contentBytes }) => sum + contentBytes, 0),
  );
};
