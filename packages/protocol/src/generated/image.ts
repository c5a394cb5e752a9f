import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { AddImageRequest as _ami_publisher_image_v1_AddImageRequest, AddImageRequest__Output as _ami_publisher_image_v1_AddImageRequest__Output } from './ami_publisher/image/v1/AddImageRequest.js';
import type { AddObjectsRequest as _ami_publisher_image_v1_AddObjectsRequest, AddObjectsRequest__Output as _ami_publisher_image_v1_AddObjectsRequest__Output } from './ami_publisher/image/v1/AddObjectsRequest.js';
import type { AddObjectsResponse as _ami_publisher_image_v1_AddObjectsResponse, AddObjectsResponse__Output as _ami_publisher_image_v1_AddObjectsResponse__Output } from './ami_publisher/image/v1/AddObjectsResponse.js';
import type { CheckObjectsRequest as _ami_publisher_image_v1_CheckObjectsRequest, CheckObjectsRequest__Output as _ami_publisher_image_v1_CheckObjectsRequest__Output } from './ami_publisher/image/v1/CheckObjectsRequest.js';
import type { CheckObjectsResponse as _ami_publisher_image_v1_CheckObjectsResponse, CheckObjectsResponse__Output as _ami_publisher_image_v1_CheckObjectsResponse__Output } from './ami_publisher/image/v1/CheckObjectsResponse.js';
import type { CollectGarbageRequest as _ami_publisher_image_v1_CollectGarbageRequest, CollectGarbageRequest__Output as _ami_publisher_image_v1_CollectGarbageRequest__Output } from './ami_publisher/image/v1/CollectGarbageRequest.js';
import type { CollectGarbageResponse as _ami_publisher_image_v1_CollectGarbageResponse, CollectGarbageResponse__Output as _ami_publisher_image_v1_CollectGarbageResponse__Output } from './ami_publisher/image/v1/CollectGarbageResponse.js';
import type { Damage as _ami_publisher_image_v1_Damage, Damage__Output as _ami_publisher_image_v1_Damage__Output } from './ami_publisher/image/v1/Damage.js';
import type { DeleteImageRequest as _ami_publisher_image_v1_DeleteImageRequest, DeleteImageRequest__Output as _ami_publisher_image_v1_DeleteImageRequest__Output } from './ami_publisher/image/v1/DeleteImageRequest.js';
import type { FindLatestRequest as _ami_publisher_image_v1_FindLatestRequest, FindLatestRequest__Output as _ami_publisher_image_v1_FindLatestRequest__Output } from './ami_publisher/image/v1/FindLatestRequest.js';
import type { GetImageRequest as _ami_publisher_image_v1_GetImageRequest, GetImageRequest__Output as _ami_publisher_image_v1_GetImageRequest__Output } from './ami_publisher/image/v1/GetImageRequest.js';
import type { GetManifestRequest as _ami_publisher_image_v1_GetManifestRequest, GetManifestRequest__Output as _ami_publisher_image_v1_GetManifestRequest__Output } from './ami_publisher/image/v1/GetManifestRequest.js';
import type { GetObjectsRequest as _ami_publisher_image_v1_GetObjectsRequest, GetObjectsRequest__Output as _ami_publisher_image_v1_GetObjectsRequest__Output } from './ami_publisher/image/v1/GetObjectsRequest.js';
import type { GetObjectsResponse as _ami_publisher_image_v1_GetObjectsResponse, GetObjectsResponse__Output as _ami_publisher_image_v1_GetObjectsResponse__Output } from './ami_publisher/image/v1/GetObjectsResponse.js';
import type { Image as _ami_publisher_image_v1_Image, Image__Output as _ami_publisher_image_v1_Image__Output } from './ami_publisher/image/v1/Image.js';
import type { ImageName as _ami_publisher_image_v1_ImageName, ImageName__Output as _ami_publisher_image_v1_ImageName__Output } from './ami_publisher/image/v1/ImageName.js';
import type { ImageServerClient as _ami_publisher_image_v1_ImageServerClient, ImageServerDefinition as _ami_publisher_image_v1_ImageServerDefinition } from './ami_publisher/image/v1/ImageServer.js';
import type { ListImagesRequest as _ami_publisher_image_v1_ListImagesRequest, ListImagesRequest__Output as _ami_publisher_image_v1_ListImagesRequest__Output } from './ami_publisher/image/v1/ListImagesRequest.js';
import type { ListImagesResponse as _ami_publisher_image_v1_ListImagesResponse, ListImagesResponse__Output as _ami_publisher_image_v1_ListImagesResponse__Output } from './ami_publisher/image/v1/ListImagesResponse.js';
import type { ListStreamsRequest as _ami_publisher_image_v1_ListStreamsRequest, ListStreamsRequest__Output as _ami_publisher_image_v1_ListStreamsRequest__Output } from './ami_publisher/image/v1/ListStreamsRequest.js';
import type { ListStreamsResponse as _ami_publisher_image_v1_ListStreamsResponse, ListStreamsResponse__Output as _ami_publisher_image_v1_ListStreamsResponse__Output } from './ami_publisher/image/v1/ListStreamsResponse.js';
import type { ManifestChunk as _ami_publisher_image_v1_ManifestChunk, ManifestChunk__Output as _ami_publisher_image_v1_ManifestChunk__Output } from './ami_publisher/image/v1/ManifestChunk.js';
import type { ObjectPart as _ami_publisher_image_v1_ObjectPart, ObjectPart__Output as _ami_publisher_image_v1_ObjectPart__Output } from './ami_publisher/image/v1/ObjectPart.js';
import type { RestoreImageRequest as _ami_publisher_image_v1_RestoreImageRequest, RestoreImageRequest__Output as _ami_publisher_image_v1_RestoreImageRequest__Output } from './ami_publisher/image/v1/RestoreImageRequest.js';
import type { SetExpiryRequest as _ami_publisher_image_v1_SetExpiryRequest, SetExpiryRequest__Output as _ami_publisher_image_v1_SetExpiryRequest__Output } from './ami_publisher/image/v1/SetExpiryRequest.js';
import type { VerifyImageProgress as _ami_publisher_image_v1_VerifyImageProgress, VerifyImageProgress__Output as _ami_publisher_image_v1_VerifyImageProgress__Output } from './ami_publisher/image/v1/VerifyImageProgress.js';
import type { VerifyImageRequest as _ami_publisher_image_v1_VerifyImageRequest, VerifyImageRequest__Output as _ami_publisher_image_v1_VerifyImageRequest__Output } from './ami_publisher/image/v1/VerifyImageRequest.js';
import type { WatchRequest as _ami_publisher_image_v1_WatchRequest, WatchRequest__Output as _ami_publisher_image_v1_WatchRequest__Output } from './ami_publisher/image/v1/WatchRequest.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  ami_publisher: {
    image: {
      v1: {
        AddImageRequest: MessageTypeDefinition<_ami_publisher_image_v1_AddImageRequest, _ami_publisher_image_v1_AddImageRequest__Output>
        AddObjectsRequest: MessageTypeDefinition<_ami_publisher_image_v1_AddObjectsRequest, _ami_publisher_image_v1_AddObjectsRequest__Output>
        AddObjectsResponse: MessageTypeDefinition<_ami_publisher_image_v1_AddObjectsResponse, _ami_publisher_image_v1_AddObjectsResponse__Output>
        CheckObjectsRequest: MessageTypeDefinition<_ami_publisher_image_v1_CheckObjectsRequest, _ami_publisher_image_v1_CheckObjectsRequest__Output>
        CheckObjectsResponse: MessageTypeDefinition<_ami_publisher_image_v1_CheckObjectsResponse, _ami_publisher_image_v1_CheckObjectsResponse__Output>
        CollectGarbageRequest: MessageTypeDefinition<_ami_publisher_image_v1_CollectGarbageRequest, _ami_publisher_image_v1_CollectGarbageRequest__Output>
        CollectGarbageResponse: MessageTypeDefinition<_ami_publisher_image_v1_CollectGarbageResponse, _ami_publisher_image_v1_CollectGarbageResponse__Output>
        Damage: MessageTypeDefinition<_ami_publisher_image_v1_Damage, _ami_publisher_image_v1_Damage__Output>
        DeleteImageRequest: MessageTypeDefinition<_ami_publisher_image_v1_DeleteImageRequest, _ami_publisher_image_v1_DeleteImageRequest__Output>
        FindLatestRequest: MessageTypeDefinition<_ami_publisher_image_v1_FindLatestRequest, _ami_publisher_image_v1_FindLatestRequest__Output>
        GetImageRequest: MessageTypeDefinition<_ami_publisher_image_v1_GetImageRequest, _ami_publisher_image_v1_GetImageRequest__Output>
        GetManifestRequest: MessageTypeDefinition<_ami_publisher_image_v1_GetManifestRequest, _ami_publisher_image_v1_GetManifestRequest__Output>
        GetObjectsRequest: MessageTypeDefinition<_ami_publisher_image_v1_GetObjectsRequest, _ami_publisher_image_v1_GetObjectsRequest__Output>
        GetObjectsResponse: MessageTypeDefinition<_ami_publisher_image_v1_GetObjectsResponse, _ami_publisher_image_v1_GetObjectsResponse__Output>
        Image: MessageTypeDefinition<_ami_publisher_image_v1_Image, _ami_publisher_image_v1_Image__Output>
        ImageName: MessageTypeDefinition<_ami_publisher_image_v1_ImageName, _ami_publisher_image_v1_ImageName__Output>
        /**
         * Keeps images: manifests (trees of inodes) and the content-addressed objects they refer to.
         * Every object and manifest is identified by the SHA-512 of its bytes.
         */
        ImageServer: SubtypeConstructor<typeof grpc.Client, _ami_publisher_image_v1_ImageServerClient> & { service: _ami_publisher_image_v1_ImageServerDefinition }
        ListImagesRequest: MessageTypeDefinition<_ami_publisher_image_v1_ListImagesRequest, _ami_publisher_image_v1_ListImagesRequest__Output>
        ListImagesResponse: MessageTypeDefinition<_ami_publisher_image_v1_ListImagesResponse, _ami_publisher_image_v1_ListImagesResponse__Output>
        ListStreamsRequest: MessageTypeDefinition<_ami_publisher_image_v1_ListStreamsRequest, _ami_publisher_image_v1_ListStreamsRequest__Output>
        ListStreamsResponse: MessageTypeDefinition<_ami_publisher_image_v1_ListStreamsResponse, _ami_publisher_image_v1_ListStreamsResponse__Output>
        ManifestChunk: MessageTypeDefinition<_ami_publisher_image_v1_ManifestChunk, _ami_publisher_image_v1_ManifestChunk__Output>
        ObjectPart: MessageTypeDefinition<_ami_publisher_image_v1_ObjectPart, _ami_publisher_image_v1_ObjectPart__Output>
        RestoreImageRequest: MessageTypeDefinition<_ami_publisher_image_v1_RestoreImageRequest, _ami_publisher_image_v1_RestoreImageRequest__Output>
        SetExpiryRequest: MessageTypeDefinition<_ami_publisher_image_v1_SetExpiryRequest, _ami_publisher_image_v1_SetExpiryRequest__Output>
        VerifyImageProgress: MessageTypeDefinition<_ami_publisher_image_v1_VerifyImageProgress, _ami_publisher_image_v1_VerifyImageProgress__Output>
        VerifyImageRequest: MessageTypeDefinition<_ami_publisher_image_v1_VerifyImageRequest, _ami_publisher_image_v1_VerifyImageRequest__Output>
        WatchRequest: MessageTypeDefinition<_ami_publisher_image_v1_WatchRequest, _ami_publisher_image_v1_WatchRequest__Output>
      }
    }
  }
}

