// Original file: proto/ami_publisher/image/v1/image.proto

import type { Image as _ami_publisher_image_v1_Image, Image__Output as _ami_publisher_image_v1_Image__Output } from '../../../ami_publisher/image/v1/Image.js';

export interface ListImagesResponse {
  'images'?: (_ami_publisher_image_v1_Image)[];
}

export interface ListImagesResponse__Output {
  'images': (_ami_publisher_image_v1_Image__Output)[];
}
