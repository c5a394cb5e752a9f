export type { ApplyOptions, ApplyResult } from './apply/apply.js';
export { applyImage } from './apply/apply.js';
export type { UnsetAttributes, UnsettableAttributes } from './apply/attributes.js';
export type { ApplyProgress } from './apply/progress.js';
export { Breather } from './breather.js';
export { fromText, toBytes, toText } from './byte-string.js';
export type { DirectoryLock } from './directory-lock.js';
export { lockDirectory } from './directory-lock.js';
export { GrpcImageSink } from './grpc/sink.js';
export { GrpcImageSource } from './grpc/source.js';
export { packParts } from './grpc/wire.js';
export type { CallOptions, ImageSource, ImageSummary, ObjectPiece } from './image-source.js';
export type { IngestDirectoryOptions, IngestDirectoryResult } from './ingest/directory.js';
export { ingestDirectory } from './ingest/directory.js';
export type {
  AddImageOptions,
  ImageSink,
  IngestOptions,
  IngestProgress,
  IngestResult,
} from './ingest/image-sink.js';
export type { IngestOciOptions } from './ingest/oci/ingest-oci.js';
export { ingestOciLayout } from './ingest/oci/ingest-oci.js';
export type { IngestTarOptions } from './ingest/tar.js';
export { ingestTar } from './ingest/tar.js';
export type { EncodedManifest } from './manifest/encode.js';
export { encodeManifest, encodePieces } from './manifest/encode.js';
export { parseManifest, readManifest } from './manifest/parse.js';
export type { ManifestFacts, ParseManifestOptions } from './manifest/reader.js';
export { ManifestReader } from './manifest/reader.js';
export type {
  ByteString,
  DeviceEntry,
  DirectoryEntry,
  FifoEntry,
  FileEntry,
  HardLinkEntry,
  InodeEntry,
  Manifest,
  ManifestEntry,
  SymlinkEntry,
} from './manifest.js';
export type { ImageName } from './names.js';
export { formatImageName, parseImageName, parseLeafName, parseStreamName } from './names.js';
export type { ImageServerProtocol, OpenImageServer, OpenImageServerOptions } from './open-image-server.js';
export { imageServerProtocols, openImageServer } from './open-image-server.js';
export type { OverlaidImage, OverlayFile } from './overlay.js';
export { overlayImage } from './overlay.js';
export type { DeviceNumber, Posix } from './posix.js';
export { decodeDevice, posix } from './posix.js';
export { readingAhead } from './read-ahead.js';
export type { ReadContentOptions } from './read-content.js';
export { readContent } from './read-content.js';
export { SrpcImageSource } from './srpc/source.js';
export { fileSystemError, systemCodeOf } from './system-error.js';
export type { ReadProgress } from './tree/contents.js';
export type { KnownImage } from './tree/known-image.js';
export { TreeIndex } from './tree/tree-index.js';
export type { WalkedTree, WalkOptions } from './tree/walk.js';
export { walkTree } from './tree/walk.js';
export type { ImageUsage } from './usage.js';
export { blockBytes, entryUsage, estimateUsage } from './usage.js';
