import { parseSrpcRequest } from '@ami-publisher/daemon';
import { formatImageName } from '@ami-publisher/image';
import type { ServerCall, SrpcMethod } from '@ami-publisher/srpc';
import type { ImageCatalogue } from '../images/image-catalogue.js';
import type { ImageRecord } from '../images/image-record.js';
import { directoriesOf, isIn, selected } from './images.js';
import { requests } from './requests.js';

/** Names of images and directories, one after the other up to an empty one. */
export const listMethods = (catalogue: ImageCatalogue): Readonly<Record<string, SrpcMethod>> => ({
  'ImageServer.ListImages': {
    access: 'public',
    talk: async (call) => sendNames(call, await catalogue.list()),
  },
  'ImageServer.ListSelectedImages': {
    access: 'public',
    talk: async (call) => {
      const request = parseSrpcRequest(requests.selected, await call.value());
      const images = (await catalogue.list()).filter((image) => isIn(image, request.DirectoryName));
      await sendNames(call, selected(images, request));
    },
  },
  'ImageServer.ListDirectories': {
    access: 'public',
    talk: async (call) => {
      const names = [...directoriesOf(await catalogue.list()), ''];
      await sendValues(call, names.map(directoryOf));
    },
  },
});

/** A directory as it is told. */
export const directoryOf = (Name: string): object => ({ Name, Metadata: { OwnerGroup: '' } });

/** Writes values in one piece: clients of Go take a line feed that comes alone behind the last one for an answer. */
export const sendValues = (call: ServerCall, values: readonly object[]): Promise<void> =>
  call.sendBytes(Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join('')));

const sendNames = (call: ServerCall, images: readonly ImageRecord[]): Promise<void> =>
  call.sendBytes(Buffer.from([...images.map(formatImageName), '', ''].join('\n')));
