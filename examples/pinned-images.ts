/**
 * Publishes only what was reviewed: an image source of one's own, which refuses an image whose digest is not the pinned one.
 *
 *   node examples/pinned-images.ts pins.json base/debian-12 2026-11-22 'prod,*'
 *
 * `pins.json` maps names of images to digests: `{ "base/debian-12/2026-11-22": "97e34929…" }`.
 */
import { readFileSync } from 'node:fs';
import { AmiPublisherError, type ImageSource, isAmiPublisherError } from '@ami-publisher/core';
import { openPublisher } from './open-publisher.js';

const [file, stream, leaf, selection = ''] = process.argv.slice(2);
if (file === undefined || stream === undefined || leaf === undefined)
  throw new Error('usage: pinned-images.ts PINS STREAM LEAF [TARGETS]');

const pins = new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>));

const pinned = (images: ImageSource): ImageSource => ({
  getImage: async (wantedStream, wantedLeaf, options) => {
    const image = await images.getImage(wantedStream, wantedLeaf, options);
    const name = `${wantedStream}/${wantedLeaf}`;
    if (pins.get(name) !== image.manifestDigest) {
      throw new AmiPublisherError('INVALID_OPTION', {
        message: `${name} has the digest ${image.manifestDigest}, which is not the pinned one`,
        resource: name,
        remedy: `review the image, then pin its digest in ${file}`,
      });
    }
    return image;
  },
  getManifest: (digest, options) => images.getManifest(digest, options),
  getObjects: (digests, options) => images.getObjects(digests, options),
});

const { cloud, publisher, close } = await openPublisher({}, pinned);
try {
  const plan = await publisher.plan({ stream, leaf, targets: await cloud.resolveTargets(selection) });
  const { ok, targets } = await publisher.start(plan).results;
  for (const { account, region, status } of targets) console.log([account, region, status].join('\t'));
  if (!ok) process.exitCode = 1;
} catch (error) {
  console.error(isAmiPublisherError(error) ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
} finally {
  await close();
}
