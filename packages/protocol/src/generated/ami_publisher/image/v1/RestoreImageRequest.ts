// Original file: proto/ami_publisher/image/v1/image.proto

import type { ImageName as _ami_publisher_image_v1_ImageName, ImageName__Output as _ami_publisher_image_v1_ImageName__Output } from '../../../ami_publisher/image/v1/ImageName.js';

export interface RestoreImageRequest {
  'name'?: (_ami_publisher_image_v1_ImageName | null);
}

export interface RestoreImageRequest__Output {
  'name': (_ami_publisher_image_v1_ImageName__Output | null);
}
