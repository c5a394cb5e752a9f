import type { SrpcMethods } from '@ami-publisher/srpc';
import type { ImageService } from '../service/handlers.js';
import { imageUpdateMethods } from './image-updates.js';
import { listMethods } from './list-methods.js';
import { lookUpMethods } from './look-up-methods.js';
import { refusedMethods } from './refused-methods.js';

/** What the image server answers over SRPC: the look-ups of the Go daemon whose answers its clients can read in JSON. */
export const srpcMethods = (service: Pick<ImageService, 'catalogue' | 'shutDown'>): SrpcMethods => ({
  ...lookUpMethods(service),
  ...listMethods(service.catalogue),
  ...imageUpdateMethods(service),
  ...refusedMethods,
});
