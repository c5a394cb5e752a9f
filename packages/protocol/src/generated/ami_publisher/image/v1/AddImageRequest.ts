// Original file: proto/ami_publisher/image/v1/image.proto

import type { ImageName as _ami_publisher_image_v1_ImageName, ImageName__Output as _ami_publisher_image_v1_ImageName__Output } from '../../../ami_publisher/image/v1/ImageName.js';

export interface AddImageRequest {
  /**
   * First message.
   */
  'name'?: (_ami_publisher_image_v1_ImageName | null);
  /**
   * All that follow: the manifest's bytes.
   */
  'manifest'?: (Buffer | Uint8Array | string);
  /**
   * In the first message: RFC 3339, UTC; empty = never.
   */
  'expiresAt'?: (string);
  'content'?: "name"|"manifest";
}

export interface AddImageRequest__Output {
  /**
   * First message.
   */
  'name'?: (_ami_publisher_image_v1_ImageName__Output | null);
  /**
   * All that follow: the manifest's bytes.
   */
  'manifest'?: (Buffer);
  /**
   * In the first message: RFC 3339, UTC; empty = never.
   */
  'expiresAt': (string);
  'content'?: "name"|"manifest";
}
