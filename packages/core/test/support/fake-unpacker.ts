import { AmiPublisherError } from '@ami-publisher/base';
import type { UnpackerClient, UnpackerStatus } from '../../src/unpacker/unpacker-client.js';

/** A status of an unpacker that has just started. */
export const idleStatus: UnpackerStatus = {
  version: '1',
  capabilities: [],
  streams: [],
  devices: [],
  lastUsedAt: new Date(0),
};

/** An unpacker of the given methods; any other must not be called. */
export const fakeUnpacker = (methods: Partial<UnpackerClient>): UnpackerClient =>
  new Proxy(methods, {
    get: (given, name) =>
      given[name as keyof UnpackerClient] ??
      (() => {
        throw new TypeError(`${String(name)} was not to be called`);
      }),
  }) as UnpackerClient;

export const unreachable = (where: string): AmiPublisherError =>
  new AmiPublisherError('UNPACKER_UNREACHABLE', { message: `no answer from ${where}` });
