import { join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import { type Descriptor, descriptorsOf, readJsonBlob } from './descriptor.js';
import { invalidLayout, parseObject, readLayoutFile } from './json-blob.js';

/** Which image of a layout is meant. */
export interface LayoutChoice {
  /** `org.opencontainers.image.ref.name` of the image. @default the only one */
  readonly tag?: string | undefined;
  /** `OS/ARCHITECTURE` or `OS/ARCHITECTURE/VARIANT`. @default the only one */
  readonly platform?: string | undefined;
}

const refName = 'org.opencontainers.image.ref.name';
const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
/** Indexes in indexes. */
const maxDepth = 8;

const tagOf = ({ annotations }: Descriptor): string | undefined =>
  typeof annotations[refName] === 'string' ? annotations[refName] : undefined;

const platformOf = ({ platform }: Descriptor): string | undefined => {
  const parts = [platform.os, platform.architecture, platform.variant];
  return typeof platform.os === 'string' ? parts.filter((part) => part !== undefined).join('/') : undefined;
};

/** `linux/arm64` means `linux/arm64/v8` as well. */
const isPlatform = (descriptor: Descriptor, wanted: string): boolean =>
  `${platformOf(descriptor) ?? ''}/`.startsWith(`${wanted}/`);

const choose = (what: string, wanted: string | undefined, names: readonly string[]): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message:
      wanted === undefined
        ? `the OCI image layout has several images: name the ${what}`
        : `the OCI image layout has no image of the ${what} ${wanted}`,
    resource: wanted ?? what,
    remedy: `there are: ${[...new Set(names)].join(', ') || 'none'}`,
  });

/** Build records that some tools put beside the images have the platform unknown/unknown. */
const isImage = (descriptor: Descriptor): boolean => platformOf(descriptor) !== 'unknown/unknown';

const tagged = (descriptors: readonly Descriptor[], tag: string | undefined): readonly Descriptor[] => {
  if (tag === undefined) return descriptors;
  const found = descriptors.filter((descriptor) => tagOf(descriptor) === tag);
  if (found.length > 0) return found;
  throw choose(
    'tag',
    tag,
    descriptors.flatMap((descriptor) => tagOf(descriptor) ?? []),
  );
};

const single = (descriptors: readonly Descriptor[], platform: string | undefined): Descriptor => {
  const fitting =
    platform === undefined
      ? descriptors
      : descriptors.filter(
          (descriptor) => platformOf(descriptor) === undefined || isPlatform(descriptor, platform),
        );
  const [only, ...others] = fitting;
  if (only !== undefined && others.length === 0) return only;
  const tags = descriptors.flatMap((descriptor) => tagOf(descriptor) ?? []);
  if (new Set(tags).size > 1) throw choose('tag', undefined, tags);
  throw choose(
    'platform',
    platform,
    descriptors.flatMap((descriptor) => platformOf(descriptor) ?? []),
  );
};

/**
 * Finds the layers of an image in a layout, the lowest first.
 *
 * @throws `INVALID_ARCHIVE` if the layout is damaged; `INVALID_OPTION` naming what there is to choose from.
 */
export const findLayers = async (root: string, choice: LayoutChoice): Promise<readonly Descriptor[]> => {
  const { imageLayoutVersion } = parseObject(await readLayoutFile(join(root, 'oci-layout')), 'oci-layout');
  if (imageLayoutVersion !== '1.0.0')
    throw invalidLayout('oci-layout', `has the version ${JSON.stringify(imageLayoutVersion)}`);
  let index = parseObject(await readLayoutFile(join(root, 'index.json')), 'index.json');
  let candidates = tagged(descriptorsOf(index, 'manifests', 'index.json').filter(isImage), choice.tag);
  for (let depth = 0; depth < maxDepth; depth += 1) {
    const descriptor = single(candidates, choice.platform);
    const { mediaType, digest } = descriptor;
    const blob = await readJsonBlob(root, descriptor);
    if (manifestTypes.includes(mediaType)) return descriptorsOf(blob, 'layers', digest);
    if (!indexTypes.includes(mediaType))
      throw invalidLayout(digest, `has the media type ${mediaType}, which is no image`);
    index = blob;
    candidates = descriptorsOf(index, 'manifests', digest).filter(isImage);
  }
  throw invalidLayout('index.json', 'nests indexes too deeply');
};
