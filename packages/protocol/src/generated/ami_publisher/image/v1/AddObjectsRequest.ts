// Original file: proto/ami_publisher/image/v1/image.proto

import type { ObjectPart as _ami_publisher_image_v1_ObjectPart, ObjectPart__Output as _ami_publisher_image_v1_ObjectPart__Output } from '../../../ami_publisher/image/v1/ObjectPart.js';

export interface AddObjectsRequest {
  'parts'?: (_ami_publisher_image_v1_ObjectPart)[];
}

export interface AddObjectsRequest__Output {
  'parts': (_ami_publisher_image_v1_ObjectPart__Output)[];
}
