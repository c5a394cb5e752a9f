import { Breather, ManifestReader } from '@ami-publisher/image';
import { DigestTable } from '../digest-table.js';
import type { ImageCatalogue } from '../images/image-catalogue.js';
import { liveImage } from './images.js';

/** Enough of a digest to tell objects apart. */
const keyBytes = 16;

/** Whose objects are counted. */
interface StatisticsRequest {
  readonly ImageNames: readonly string[];
  readonly IgnoreMissing: boolean;
}

/** How many files and objects images have, and how large they are; each object counts once. Manifests are read as they come. */
export const objectStatistics = async (
  catalogue: ImageCatalogue,
  { IgnoreMissing, ImageNames }: StatisticsRequest,
  signal: AbortSignal,
): Promise<object> => {
  const counts = {
    ...{ ComputationTime: 0, Error: '' },
    ...{ NumFileInodes: 0, NumImages: 0, NumObjects: 0, TotalFileInodeBytes: 0, TotalObjectBytes: 0 },
  };
  const objects = new DigestTable(keyBytes);
  const breather = new Breather(signal);
  for (const name of ImageNames) {
    const image = await liveImage(catalogue, name);
    if (image === undefined && IgnoreMissing) continue;
    if (image === undefined) return { ...counts, Error: `image not found: ${name}` };
    const reader = new ManifestReader((entry) => {
      if (entry.type !== 'file') return;
      counts.NumFileInodes += 1;
      counts.TotalFileInodeBytes += entry.size;
      if (entry.sha512 === undefined || objects.has(entry.sha512)) return;
      objects.add(entry.sha512, entry.size);
      counts.NumObjects += 1;
      counts.TotalObjectBytes += entry.size;
    });
    for await (const chunk of await catalogue.manifest(image.manifestDigest)) {
      reader.push(chunk);
      await breather.breathe();
    }
    reader.end({ expectedDigest: image.manifestDigest });
    counts.NumImages += 1;
  }
  return counts;
};
