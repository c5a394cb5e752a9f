// Original file: proto/ami_publisher/image/v1/image.proto

import type { ImageName as _ami_publisher_image_v1_ImageName, ImageName__Output as _ami_publisher_image_v1_ImageName__Output } from '../../../ami_publisher/image/v1/ImageName.js';
import type { Long } from '@grpc/proto-loader';

export interface CollectGarbageResponse {
  /**
   * Deleted or expired images that cannot be restored any more.
   */
  'images'?: (_ami_publisher_image_v1_ImageName)[];
  /**
   * Manifests of images that were never finished.
   */
  'unfinished'?: (number | string | Long);
  'objects'?: (number | string | Long);
  'bytes'?: (number | string | Long);
}

export interface CollectGarbageResponse__Output {
  /**
   * Deleted or expired images that cannot be restored any more.
   */
  'images': (_ami_publisher_image_v1_ImageName__Output)[];
  /**
   * Manifests of images that were never finished.
   */
  'unfinished': (string);
  'objects': (string);
  'bytes': (string);
}
