import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import * as protoLoader from '@grpc/proto-loader';
import type { ProtoGrpcType as ImageTypes } from './generated/image.js';
import type { ProtoGrpcType as StatusTypes } from './generated/status.js';
import type { ProtoGrpcType as UnpackerTypes } from './generated/unpacker.js';

const protoDirectory = fileURLToPath(new URL('../proto/', import.meta.url));

/** Equal to the flags of `proto-loader-gen-types` in scripts/generate.mjs. */
const loadOptions: protoLoader.Options = {
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
  includeDirs: [protoDirectory],
};

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** The package definitions, parsed at first use: importing this module costs nothing. */
export const packageDefinition = once(() =>
  protoLoader.loadSync(
    [
      'ami_publisher/image/v1/image.proto',
      'ami_publisher/unpacker/v1/unpacker.proto',
      'google/rpc/status.proto',
    ],
    loadOptions,
  ),
);

const types = once(
  () =>
    grpc.loadPackageDefinition(packageDefinition()) as unknown as ImageTypes & StatusTypes & UnpackerTypes,
);

export const imageServerDefinition = () => types().ami_publisher.image.v1.ImageServer.service;
export const unpackerDefinition = () => types().ami_publisher.unpacker.v1.Unpacker.service;
export const statusMessages = () => types().google.rpc;
