import { readFile } from 'node:fs/promises';
import { AmiPublisherError } from '@ami-publisher/base';

/** The error of a layout that cannot become an image. */
export const invalidLayout = (resource: string, problem: string, cause?: unknown): AmiPublisherError =>
  new AmiPublisherError('INVALID_ARCHIVE', {
    message: `OCI image layout: ${resource} ${problem}`,
    resource,
    remedy: 'make the layout again, such as with `skopeo copy … oci:DIR:TAG`',
    cause,
  });

/** Reads a file of the layout. @throws `INVALID_ARCHIVE` if it is not there. */
export const readLayoutFile = async (path: string): Promise<Buffer> => {
  try {
    return await readFile(path);
  } catch (cause) {
    throw invalidLayout(path, 'cannot be read', cause);
  }
};

/** Reads a JSON object. @throws `INVALID_ARCHIVE`. */
export const parseObject = (bytes: Buffer, resource: string): Readonly<Record<string, unknown>> => {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw invalidLayout(resource, 'is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidLayout(resource, 'is not a JSON object');
  return value as Readonly<Record<string, unknown>>;
};
