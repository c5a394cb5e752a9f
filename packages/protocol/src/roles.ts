import type { ImageServerDefinition } from './generated/ami_publisher/image/v1/ImageServer.js';
import type { UnpackerDefinition } from './generated/ami_publisher/unpacker/v1/Unpacker.js';

/** What the holder of a client certificate may do; each role is one certificate. */
export const roles = ['reader', 'ingester', 'publisher', 'operator'] as const;
export type Role = (typeof roles)[number];

type Method<Definition> = Exclude<keyof Definition, symbol | number>;
type Known<T> = T extends string ? (string extends T ? never : T) : never;
type Methods<Definition> = {
  readonly [M in keyof Definition as Known<Method<Definition> & M>]: readonly Role[];
};

const everyone = roles;
const ingest = ['ingester', 'operator'] as const;
const publish = ['publisher', 'operator'] as const;
const operate = ['operator'] as const;

/** Which roles may call which method of the image server. Unpackers fetch as readers. */
export const imageServerRoles: Methods<ImageServerDefinition> = {
  AddImage: ingest,
  AddObjects: ingest,
  CheckObjects: ingest,
  CollectGarbage: operate,
  DeleteImage: operate,
  FindLatest: everyone,
  GetImage: everyone,
  GetManifest: everyone,
  GetObjects: everyone,
  ListImages: everyone,
  ListStreams: everyone,
  RestoreImage: operate,
  SetExpiry: ingest,
  VerifyImage: everyone,
  Watch: everyone,
};

/** Which roles may call which method of an unpacker. */
export const unpackerRoles: Methods<UnpackerDefinition> = {
  AcquireLease: publish,
  AddDevice: publish,
  AssociateStream: publish,
  CancelOperation: publish,
  ClaimDevice: operate,
  ConfirmCapture: publish,
  CreateStream: publish,
  Drain: operate,
  ExportImage: publish,
  ForgetStream: operate,
  GetOperation: everyone,
  GetRaw: publish,
  GetStatus: everyone,
  GrowDevice: publish,
  OfferRaw: publish,
  PrepareForCapture: publish,
  PrepareForCopy: publish,
  PrepareForUnpack: publish,
  ReleaseLease: publish,
  RemoveDevice: publish,
  RenewLease: publish,
  UnpackImage: publish,
  WatchStatus: everyone,
};

/** Calls that change nothing; every other call is logged with its caller. */
export const readOnlyMethods: ReadonlySet<string> = new Set([
  'CheckObjects',
  'FindLatest',
  'GetImage',
  'GetManifest',
  'GetObjects',
  'GetOperation',
  'GetStatus',
  'ListImages',
  'ListStreams',
  'VerifyImage',
  'Watch',
  'WatchStatus',
]);
