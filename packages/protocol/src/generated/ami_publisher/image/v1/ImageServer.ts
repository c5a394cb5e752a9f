// Original file: proto/ami_publisher/image/v1/image.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AddImageRequest as _ami_publisher_image_v1_AddImageRequest, AddImageRequest__Output as _ami_publisher_image_v1_AddImageRequest__Output } from '../../../ami_publisher/image/v1/AddImageRequest.js';
import type { AddObjectsRequest as _ami_publisher_image_v1_AddObjectsRequest, AddObjectsRequest__Output as _ami_publisher_image_v1_AddObjectsRequest__Output } from '../../../ami_publisher/image/v1/AddObjectsRequest.js';
import type { AddObjectsResponse as _ami_publisher_image_v1_AddObjectsResponse, AddObjectsResponse__Output as _ami_publisher_image_v1_AddObjectsResponse__Output } from '../../../ami_publisher/image/v1/AddObjectsResponse.js';
import type { CheckObjectsRequest as _ami_publisher_image_v1_CheckObjectsRequest, CheckObjectsRequest__Output as _ami_publisher_image_v1_CheckObjectsRequest__Output } from '../../../ami_publisher/image/v1/CheckObjectsRequest.js';
import type { CheckObjectsResponse as _ami_publisher_image_v1_CheckObjectsResponse, CheckObjectsResponse__Output as _ami_publisher_image_v1_CheckObjectsResponse__Output } from '../../../ami_publisher/image/v1/CheckObjectsResponse.js';
import type { CollectGarbageRequest as _ami_publisher_image_v1_CollectGarbageRequest, CollectGarbageRequest__Output as _ami_publisher_image_v1_CollectGarbageRequest__Output } from '../../../ami_publisher/image/v1/CollectGarbageRequest.js';
import type { CollectGarbageResponse as _ami_publisher_image_v1_CollectGarbageResponse, CollectGarbageResponse__Output as _ami_publisher_image_v1_CollectGarbageResponse__Output } from '../../../ami_publisher/image/v1/CollectGarbageResponse.js';
import type { DeleteImageRequest as _ami_publisher_image_v1_DeleteImageRequest, DeleteImageRequest__Output as _ami_publisher_image_v1_DeleteImageRequest__Output } from '../../../ami_publisher/image/v1/DeleteImageRequest.js';
import type { FindLatestRequest as _ami_publisher_image_v1_FindLatestRequest, FindLatestRequest__Output as _ami_publisher_image_v1_FindLatestRequest__Output } from '../../../ami_publisher/image/v1/FindLatestRequest.js';
import type { GetImageRequest as _ami_publisher_image_v1_GetImageRequest, GetImageRequest__Output as _ami_publisher_image_v1_GetImageRequest__Output } from '../../../ami_publisher/image/v1/GetImageRequest.js';
import type { GetManifestRequest as _ami_publisher_image_v1_GetManifestRequest, GetManifestRequest__Output as _ami_publisher_image_v1_GetManifestRequest__Output } from '../../../ami_publisher/image/v1/GetManifestRequest.js';
import type { GetObjectsRequest as _ami_publisher_image_v1_GetObjectsRequest, GetObjectsRequest__Output as _ami_publisher_image_v1_GetObjectsRequest__Output } from '../../../ami_publisher/image/v1/GetObjectsRequest.js';
import type { GetObjectsResponse as _ami_publisher_image_v1_GetObjectsResponse, GetObjectsResponse__Output as _ami_publisher_image_v1_GetObjectsResponse__Output } from '../../../ami_publisher/image/v1/GetObjectsResponse.js';
import type { Image as _ami_publisher_image_v1_Image, Image__Output as _ami_publisher_image_v1_Image__Output } from '../../../ami_publisher/image/v1/Image.js';
import type { ListImagesRequest as _ami_publisher_image_v1_ListImagesRequest, ListImagesRequest__Output as _ami_publisher_image_v1_ListImagesRequest__Output } from '../../../ami_publisher/image/v1/ListImagesRequest.js';
import type { ListImagesResponse as _ami_publisher_image_v1_ListImagesResponse, ListImagesResponse__Output as _ami_publisher_image_v1_ListImagesResponse__Output } from '../../../ami_publisher/image/v1/ListImagesResponse.js';
import type { ListStreamsRequest as _ami_publisher_image_v1_ListStreamsRequest, ListStreamsRequest__Output as _ami_publisher_image_v1_ListStreamsRequest__Output } from '../../../ami_publisher/image/v1/ListStreamsRequest.js';
import type { ListStreamsResponse as _ami_publisher_image_v1_ListStreamsResponse, ListStreamsResponse__Output as _ami_publisher_image_v1_ListStreamsResponse__Output } from '../../../ami_publisher/image/v1/ListStreamsResponse.js';
import type { ManifestChunk as _ami_publisher_image_v1_ManifestChunk, ManifestChunk__Output as _ami_publisher_image_v1_ManifestChunk__Output } from '../../../ami_publisher/image/v1/ManifestChunk.js';
import type { RestoreImageRequest as _ami_publisher_image_v1_RestoreImageRequest, RestoreImageRequest__Output as _ami_publisher_image_v1_RestoreImageRequest__Output } from '../../../ami_publisher/image/v1/RestoreImageRequest.js';
import type { SetExpiryRequest as _ami_publisher_image_v1_SetExpiryRequest, SetExpiryRequest__Output as _ami_publisher_image_v1_SetExpiryRequest__Output } from '../../../ami_publisher/image/v1/SetExpiryRequest.js';
import type { VerifyImageProgress as _ami_publisher_image_v1_VerifyImageProgress, VerifyImageProgress__Output as _ami_publisher_image_v1_VerifyImageProgress__Output } from '../../../ami_publisher/image/v1/VerifyImageProgress.js';
import type { VerifyImageRequest as _ami_publisher_image_v1_VerifyImageRequest, VerifyImageRequest__Output as _ami_publisher_image_v1_VerifyImageRequest__Output } from '../../../ami_publisher/image/v1/VerifyImageRequest.js';
import type { WatchRequest as _ami_publisher_image_v1_WatchRequest, WatchRequest__Output as _ami_publisher_image_v1_WatchRequest__Output } from '../../../ami_publisher/image/v1/WatchRequest.js';

/**
 * Keeps images: manifests (trees of inodes) and the content-addressed objects they refer to.
 * Every object and manifest is identified by the SHA-512 of its bytes.
 */
export interface ImageServerClient extends grpc.Client {
  /**
   * Makes an image of objects that are all present. Images are immutable: adding the same image again
   * succeeds, adding another manifest under the same name is ALREADY_EXISTS.
   */
  AddImage(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddImageRequest>;
  AddImage(metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddImageRequest>;
  AddImage(options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddImageRequest>;
  AddImage(callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddImageRequest>;
  /**
   * Makes an image of objects that are all present. Images are immutable: adding the same image again
   * succeeds, adding another manifest under the same name is ALREADY_EXISTS.
   */
  addImage(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddImageRequest>;
  addImage(metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddImageRequest>;
  addImage(options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddImageRequest>;
  addImage(callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddImageRequest>;
  
  /**
   * Adds objects that are not there yet. Nothing refers to them until AddImage does.
   */
  AddObjects(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_AddObjectsResponse__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddObjectsRequest>;
  AddObjects(metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_AddObjectsResponse__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddObjectsRequest>;
  AddObjects(options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_AddObjectsResponse__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddObjectsRequest>;
  AddObjects(callback: grpc.requestCallback<_ami_publisher_image_v1_AddObjectsResponse__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddObjectsRequest>;
  /**
   * Adds objects that are not there yet. Nothing refers to them until AddImage does.
   */
  addObjects(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_AddObjectsResponse__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddObjectsRequest>;
  addObjects(metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_AddObjectsResponse__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddObjectsRequest>;
  addObjects(options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_AddObjectsResponse__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddObjectsRequest>;
  addObjects(callback: grpc.requestCallback<_ami_publisher_image_v1_AddObjectsResponse__Output>): grpc.ClientWritableStream<_ami_publisher_image_v1_AddObjectsRequest>;
  
  CheckObjects(argument: _ami_publisher_image_v1_CheckObjectsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_CheckObjectsResponse__Output>): grpc.ClientUnaryCall;
  CheckObjects(argument: _ami_publisher_image_v1_CheckObjectsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_CheckObjectsResponse__Output>): grpc.ClientUnaryCall;
  CheckObjects(argument: _ami_publisher_image_v1_CheckObjectsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_CheckObjectsResponse__Output>): grpc.ClientUnaryCall;
  CheckObjects(argument: _ami_publisher_image_v1_CheckObjectsRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_CheckObjectsResponse__Output>): grpc.ClientUnaryCall;
  checkObjects(argument: _ami_publisher_image_v1_CheckObjectsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_CheckObjectsResponse__Output>): grpc.ClientUnaryCall;
  checkObjects(argument: _ami_publisher_image_v1_CheckObjectsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_CheckObjectsResponse__Output>): grpc.ClientUnaryCall;
  checkObjects(argument: _ami_publisher_image_v1_CheckObjectsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_CheckObjectsResponse__Output>): grpc.ClientUnaryCall;
  checkObjects(argument: _ami_publisher_image_v1_CheckObjectsRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_CheckObjectsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Removes what no image needs any more and what is older than the grace time. The server does so by itself now and then.
   */
  CollectGarbage(argument: _ami_publisher_image_v1_CollectGarbageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_CollectGarbageResponse__Output>): grpc.ClientUnaryCall;
  CollectGarbage(argument: _ami_publisher_image_v1_CollectGarbageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_CollectGarbageResponse__Output>): grpc.ClientUnaryCall;
  CollectGarbage(argument: _ami_publisher_image_v1_CollectGarbageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_CollectGarbageResponse__Output>): grpc.ClientUnaryCall;
  CollectGarbage(argument: _ami_publisher_image_v1_CollectGarbageRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_CollectGarbageResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Removes what no image needs any more and what is older than the grace time. The server does so by itself now and then.
   */
  collectGarbage(argument: _ami_publisher_image_v1_CollectGarbageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_CollectGarbageResponse__Output>): grpc.ClientUnaryCall;
  collectGarbage(argument: _ami_publisher_image_v1_CollectGarbageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_CollectGarbageResponse__Output>): grpc.ClientUnaryCall;
  collectGarbage(argument: _ami_publisher_image_v1_CollectGarbageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_CollectGarbageResponse__Output>): grpc.ClientUnaryCall;
  collectGarbage(argument: _ami_publisher_image_v1_CollectGarbageRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_CollectGarbageResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * A deleted image cannot be found any more; its name stays taken, and its manifest and objects stay for the server's grace time.
   */
  DeleteImage(argument: _ami_publisher_image_v1_DeleteImageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  DeleteImage(argument: _ami_publisher_image_v1_DeleteImageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  DeleteImage(argument: _ami_publisher_image_v1_DeleteImageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  DeleteImage(argument: _ami_publisher_image_v1_DeleteImageRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  /**
   * A deleted image cannot be found any more; its name stays taken, and its manifest and objects stay for the server's grace time.
   */
  deleteImage(argument: _ami_publisher_image_v1_DeleteImageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  deleteImage(argument: _ami_publisher_image_v1_DeleteImageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  deleteImage(argument: _ami_publisher_image_v1_DeleteImageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  deleteImage(argument: _ami_publisher_image_v1_DeleteImageRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  
  /**
   * The image of a stream that was added last; NOT_FOUND if the stream has none.
   */
  FindLatest(argument: _ami_publisher_image_v1_FindLatestRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  FindLatest(argument: _ami_publisher_image_v1_FindLatestRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  FindLatest(argument: _ami_publisher_image_v1_FindLatestRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  FindLatest(argument: _ami_publisher_image_v1_FindLatestRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  /**
   * The image of a stream that was added last; NOT_FOUND if the stream has none.
   */
  findLatest(argument: _ami_publisher_image_v1_FindLatestRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  findLatest(argument: _ami_publisher_image_v1_FindLatestRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  findLatest(argument: _ami_publisher_image_v1_FindLatestRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  findLatest(argument: _ami_publisher_image_v1_FindLatestRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  
  GetImage(argument: _ami_publisher_image_v1_GetImageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  GetImage(argument: _ami_publisher_image_v1_GetImageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  GetImage(argument: _ami_publisher_image_v1_GetImageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  GetImage(argument: _ami_publisher_image_v1_GetImageRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  getImage(argument: _ami_publisher_image_v1_GetImageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  getImage(argument: _ami_publisher_image_v1_GetImageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  getImage(argument: _ami_publisher_image_v1_GetImageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  getImage(argument: _ami_publisher_image_v1_GetImageRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  
  /**
   * The bytes of the manifest, in order; their SHA-512 is the manifest digest.
   */
  GetManifest(argument: _ami_publisher_image_v1_GetManifestRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_ManifestChunk__Output>;
  GetManifest(argument: _ami_publisher_image_v1_GetManifestRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_ManifestChunk__Output>;
  /**
   * The bytes of the manifest, in order; their SHA-512 is the manifest digest.
   */
  getManifest(argument: _ami_publisher_image_v1_GetManifestRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_ManifestChunk__Output>;
  getManifest(argument: _ami_publisher_image_v1_GetManifestRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_ManifestChunk__Output>;
  
  /**
   * The objects asked for, in the order asked for; many small ones share a message.
   */
  GetObjects(argument: _ami_publisher_image_v1_GetObjectsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_GetObjectsResponse__Output>;
  GetObjects(argument: _ami_publisher_image_v1_GetObjectsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_GetObjectsResponse__Output>;
  /**
   * The objects asked for, in the order asked for; many small ones share a message.
   */
  getObjects(argument: _ami_publisher_image_v1_GetObjectsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_GetObjectsResponse__Output>;
  getObjects(argument: _ami_publisher_image_v1_GetObjectsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_GetObjectsResponse__Output>;
  
  ListImages(argument: _ami_publisher_image_v1_ListImagesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_ListImagesResponse__Output>): grpc.ClientUnaryCall;
  ListImages(argument: _ami_publisher_image_v1_ListImagesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_ListImagesResponse__Output>): grpc.ClientUnaryCall;
  ListImages(argument: _ami_publisher_image_v1_ListImagesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_ListImagesResponse__Output>): grpc.ClientUnaryCall;
  ListImages(argument: _ami_publisher_image_v1_ListImagesRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_ListImagesResponse__Output>): grpc.ClientUnaryCall;
  listImages(argument: _ami_publisher_image_v1_ListImagesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_ListImagesResponse__Output>): grpc.ClientUnaryCall;
  listImages(argument: _ami_publisher_image_v1_ListImagesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_ListImagesResponse__Output>): grpc.ClientUnaryCall;
  listImages(argument: _ami_publisher_image_v1_ListImagesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_ListImagesResponse__Output>): grpc.ClientUnaryCall;
  listImages(argument: _ami_publisher_image_v1_ListImagesRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_ListImagesResponse__Output>): grpc.ClientUnaryCall;
  
  ListStreams(argument: _ami_publisher_image_v1_ListStreamsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_ListStreamsResponse__Output>): grpc.ClientUnaryCall;
  ListStreams(argument: _ami_publisher_image_v1_ListStreamsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_ListStreamsResponse__Output>): grpc.ClientUnaryCall;
  ListStreams(argument: _ami_publisher_image_v1_ListStreamsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_ListStreamsResponse__Output>): grpc.ClientUnaryCall;
  ListStreams(argument: _ami_publisher_image_v1_ListStreamsRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_ListStreamsResponse__Output>): grpc.ClientUnaryCall;
  listStreams(argument: _ami_publisher_image_v1_ListStreamsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_ListStreamsResponse__Output>): grpc.ClientUnaryCall;
  listStreams(argument: _ami_publisher_image_v1_ListStreamsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_ListStreamsResponse__Output>): grpc.ClientUnaryCall;
  listStreams(argument: _ami_publisher_image_v1_ListStreamsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_ListStreamsResponse__Output>): grpc.ClientUnaryCall;
  listStreams(argument: _ami_publisher_image_v1_ListStreamsRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_ListStreamsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Brings back an image that was deleted or has expired, while its grace time lasts; it never expires then.
   */
  RestoreImage(argument: _ami_publisher_image_v1_RestoreImageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  RestoreImage(argument: _ami_publisher_image_v1_RestoreImageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  RestoreImage(argument: _ami_publisher_image_v1_RestoreImageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  RestoreImage(argument: _ami_publisher_image_v1_RestoreImageRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  /**
   * Brings back an image that was deleted or has expired, while its grace time lasts; it never expires then.
   */
  restoreImage(argument: _ami_publisher_image_v1_RestoreImageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  restoreImage(argument: _ami_publisher_image_v1_RestoreImageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  restoreImage(argument: _ami_publisher_image_v1_RestoreImageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  restoreImage(argument: _ami_publisher_image_v1_RestoreImageRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  
  /**
   * Extends or cancels the expiry of a live image; only an operator may shorten it.
   */
  SetExpiry(argument: _ami_publisher_image_v1_SetExpiryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  SetExpiry(argument: _ami_publisher_image_v1_SetExpiryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  SetExpiry(argument: _ami_publisher_image_v1_SetExpiryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  SetExpiry(argument: _ami_publisher_image_v1_SetExpiryRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  /**
   * Extends or cancels the expiry of a live image; only an operator may shorten it.
   */
  setExpiry(argument: _ami_publisher_image_v1_SetExpiryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  setExpiry(argument: _ami_publisher_image_v1_SetExpiryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  setExpiry(argument: _ami_publisher_image_v1_SetExpiryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  setExpiry(argument: _ami_publisher_image_v1_SetExpiryRequest, callback: grpc.requestCallback<_ami_publisher_image_v1_Image__Output>): grpc.ClientUnaryCall;
  
  /**
   * Re-reads the manifest and every object of an image and compares their digests.
   */
  VerifyImage(argument: _ami_publisher_image_v1_VerifyImageRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_VerifyImageProgress__Output>;
  VerifyImage(argument: _ami_publisher_image_v1_VerifyImageRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_VerifyImageProgress__Output>;
  /**
   * Re-reads the manifest and every object of an image and compares their digests.
   */
  verifyImage(argument: _ami_publisher_image_v1_VerifyImageRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_VerifyImageProgress__Output>;
  verifyImage(argument: _ami_publisher_image_v1_VerifyImageRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_VerifyImageProgress__Output>;
  
  /**
   * Each image that is added from now on.
   */
  Watch(argument: _ami_publisher_image_v1_WatchRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_Image__Output>;
  Watch(argument: _ami_publisher_image_v1_WatchRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_Image__Output>;
  /**
   * Each image that is added from now on.
   */
  watch(argument: _ami_publisher_image_v1_WatchRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_Image__Output>;
  watch(argument: _ami_publisher_image_v1_WatchRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_image_v1_Image__Output>;
  
}

/**
 * Keeps images: manifests (trees of inodes) and the content-addressed objects they refer to.
 * Every object and manifest is identified by the SHA-512 of its bytes.
 */
export interface ImageServerHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Makes an image of objects that are all present. Images are immutable: adding the same image again
   * succeeds, adding another manifest under the same name is ALREADY_EXISTS.
   */
  AddImage: grpc.handleClientStreamingCall<_ami_publisher_image_v1_AddImageRequest__Output, _ami_publisher_image_v1_Image>;
  
  /**
   * Adds objects that are not there yet. Nothing refers to them until AddImage does.
   */
  AddObjects: grpc.handleClientStreamingCall<_ami_publisher_image_v1_AddObjectsRequest__Output, _ami_publisher_image_v1_AddObjectsResponse>;
  
  CheckObjects: grpc.handleUnaryCall<_ami_publisher_image_v1_CheckObjectsRequest__Output, _ami_publisher_image_v1_CheckObjectsResponse>;
  
  /**
   * Removes what no image needs any more and what is older than the grace time. The server does so by itself now and then.
   */
  CollectGarbage: grpc.handleUnaryCall<_ami_publisher_image_v1_CollectGarbageRequest__Output, _ami_publisher_image_v1_CollectGarbageResponse>;
  
  /**
   * A deleted image cannot be found any more; its name stays taken, and its manifest and objects stay for the server's grace time.
   */
  DeleteImage: grpc.handleUnaryCall<_ami_publisher_image_v1_DeleteImageRequest__Output, _ami_publisher_image_v1_Image>;
  
  /**
   * The image of a stream that was added last; NOT_FOUND if the stream has none.
   */
  FindLatest: grpc.handleUnaryCall<_ami_publisher_image_v1_FindLatestRequest__Output, _ami_publisher_image_v1_Image>;
  
  GetImage: grpc.handleUnaryCall<_ami_publisher_image_v1_GetImageRequest__Output, _ami_publisher_image_v1_Image>;
  
  /**
   * The bytes of the manifest, in order; their SHA-512 is the manifest digest.
   */
  GetManifest: grpc.handleServerStreamingCall<_ami_publisher_image_v1_GetManifestRequest__Output, _ami_publisher_image_v1_ManifestChunk>;
  
  /**
   * The objects asked for, in the order asked for; many small ones share a message.
   */
  GetObjects: grpc.handleServerStreamingCall<_ami_publisher_image_v1_GetObjectsRequest__Output, _ami_publisher_image_v1_GetObjectsResponse>;
  
  ListImages: grpc.handleUnaryCall<_ami_publisher_image_v1_ListImagesRequest__Output, _ami_publisher_image_v1_ListImagesResponse>;
  
  ListStreams: grpc.handleUnaryCall<_ami_publisher_image_v1_ListStreamsRequest__Output, _ami_publisher_image_v1_ListStreamsResponse>;
  
  /**
   * Brings back an image that was deleted or has expired, while its grace time lasts; it never expires then.
   */
  RestoreImage: grpc.handleUnaryCall<_ami_publisher_image_v1_RestoreImageRequest__Output, _ami_publisher_image_v1_Image>;
  
  /**
   * Extends or cancels the expiry of a live image; only an operator may shorten it.
   */
  SetExpiry: grpc.handleUnaryCall<_ami_publisher_image_v1_SetExpiryRequest__Output, _ami_publisher_image_v1_Image>;
  
  /**
   * Re-reads the manifest and every object of an image and compares their digests.
   */
  VerifyImage: grpc.handleServerStreamingCall<_ami_publisher_image_v1_VerifyImageRequest__Output, _ami_publisher_image_v1_VerifyImageProgress>;
  
  /**
   * Each image that is added from now on.
   */
  Watch: grpc.handleServerStreamingCall<_ami_publisher_image_v1_WatchRequest__Output, _ami_publisher_image_v1_Image>;
  
}

export interface ImageServerDefinition extends grpc.ServiceDefinition {
  AddImage: MethodDefinition<_ami_publisher_image_v1_AddImageRequest, _ami_publisher_image_v1_Image, _ami_publisher_image_v1_AddImageRequest__Output, _ami_publisher_image_v1_Image__Output>
  AddObjects: MethodDefinition<_ami_publisher_image_v1_AddObjectsRequest, _ami_publisher_image_v1_AddObjectsResponse, _ami_publisher_image_v1_AddObjectsRequest__Output, _ami_publisher_image_v1_AddObjectsResponse__Output>
  CheckObjects: MethodDefinition<_ami_publisher_image_v1_CheckObjectsRequest, _ami_publisher_image_v1_CheckObjectsResponse, _ami_publisher_image_v1_CheckObjectsRequest__Output, _ami_publisher_image_v1_CheckObjectsResponse__Output>
  CollectGarbage: MethodDefinition<_ami_publisher_image_v1_CollectGarbageRequest, _ami_publisher_image_v1_CollectGarbageResponse, _ami_publisher_image_v1_CollectGarbageRequest__Output, _ami_publisher_image_v1_CollectGarbageResponse__Output>
  DeleteImage: MethodDefinition<_ami_publisher_image_v1_DeleteImageRequest, _ami_publisher_image_v1_Image, _ami_publisher_image_v1_DeleteImageRequest__Output, _ami_publisher_image_v1_Image__Output>
  FindLatest: MethodDefinition<_ami_publisher_image_v1_FindLatestRequest, _ami_publisher_image_v1_Image, _ami_publisher_image_v1_FindLatestRequest__Output, _ami_publisher_image_v1_Image__Output>
  GetImage: MethodDefinition<_ami_publisher_image_v1_GetImageRequest, _ami_publisher_image_v1_Image, _ami_publisher_image_v1_GetImageRequest__Output, _ami_publisher_image_v1_Image__Output>
  GetManifest: MethodDefinition<_ami_publisher_image_v1_GetManifestRequest, _ami_publisher_image_v1_ManifestChunk, _ami_publisher_image_v1_GetManifestRequest__Output, _ami_publisher_image_v1_ManifestChunk__Output>
  GetObjects: MethodDefinition<_ami_publisher_image_v1_GetObjectsRequest, _ami_publisher_image_v1_GetObjectsResponse, _ami_publisher_image_v1_GetObjectsRequest__Output, _ami_publisher_image_v1_GetObjectsResponse__Output>
  ListImages: MethodDefinition<_ami_publisher_image_v1_ListImagesRequest, _ami_publisher_image_v1_ListImagesResponse, _ami_publisher_image_v1_ListImagesRequest__Output, _ami_publisher_image_v1_ListImagesResponse__Output>
  ListStreams: MethodDefinition<_ami_publisher_image_v1_ListStreamsRequest, _ami_publisher_image_v1_ListStreamsResponse, _ami_publisher_image_v1_ListStreamsRequest__Output, _ami_publisher_image_v1_ListStreamsResponse__Output>
  RestoreImage: MethodDefinition<_ami_publisher_image_v1_RestoreImageRequest, _ami_publisher_image_v1_Image, _ami_publisher_image_v1_RestoreImageRequest__Output, _ami_publisher_image_v1_Image__Output>
  SetExpiry: MethodDefinition<_ami_publisher_image_v1_SetExpiryRequest, _ami_publisher_image_v1_Image, _ami_publisher_image_v1_SetExpiryRequest__Output, _ami_publisher_image_v1_Image__Output>
  VerifyImage: MethodDefinition<_ami_publisher_image_v1_VerifyImageRequest, _ami_publisher_image_v1_VerifyImageProgress, _ami_publisher_image_v1_VerifyImageRequest__Output, _ami_publisher_image_v1_VerifyImageProgress__Output>
  Watch: MethodDefinition<_ami_publisher_image_v1_WatchRequest, _ami_publisher_image_v1_Image, _ami_publisher_image_v1_WatchRequest__Output, _ami_publisher_image_v1_Image__Output>
}
