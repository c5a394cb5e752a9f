// Original file: proto/ami_publisher/image/v1/image.proto

import type { Damage as _ami_publisher_image_v1_Damage, Damage__Output as _ami_publisher_image_v1_Damage__Output } from '../../../ami_publisher/image/v1/Damage.js';
import type { Long } from '@grpc/proto-loader';

export interface VerifyImageProgress {
  'objectsDone'?: (number | string | Long);
  'objectsTotal'?: (number | string | Long);
  'bytesDone'?: (number | string | Long);
  'bytesTotal'?: (number | string | Long);
  /**
   * What is wrong; sent once each.
   */
  'damage'?: (_ami_publisher_image_v1_Damage)[];
}

export interface VerifyImageProgress__Output {
  'objectsDone': (string);
  'objectsTotal': (string);
  'bytesDone': (string);
  'bytesTotal': (string);
  /**
   * What is wrong; sent once each.
   */
  'damage': (_ami_publisher_image_v1_Damage__Output)[];
}
