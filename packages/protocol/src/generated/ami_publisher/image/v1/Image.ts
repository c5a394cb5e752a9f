// Original file: proto/ami_publisher/image/v1/image.proto

import type { ImageName as _ami_publisher_image_v1_ImageName, ImageName__Output as _ami_publisher_image_v1_ImageName__Output } from '../../../ami_publisher/image/v1/ImageName.js';
import type { Long } from '@grpc/proto-loader';

export interface Image {
  'name'?: (_ami_publisher_image_v1_ImageName | null);
  /**
   * SHA-512 of the manifest bytes, lower-case hex.
   */
  'manifestDigest'?: (string);
  /**
   * Bytes that the unpacked image takes in 4096-byte blocks, hard links once.
   */
  'usageBytes'?: (number | string | Long);
  /**
   * Sum of the sizes of the regular files, hard links once.
   */
  'contentBytes'?: (number | string | Long);
  'entryCount'?: (number | string | Long);
  'manifestBytes'?: (number | string | Long);
  /**
   * RFC 3339, UTC.
   */
  'createdAt'?: (string);
  /**
   * RFC 3339, UTC; empty = never.
   */
  'expiresAt'?: (string);
  /**
   * Common name of the client certificate that added it.
   */
  'createdBy'?: (string);
  /**
   * RFC 3339, UTC; empty unless it was deleted by hand.
   */
  'deletedAt'?: (string);
  /**
   * Common name of the client certificate that deleted it.
   */
  'deletedBy'?: (string);
  /**
   * RFC 3339, UTC; empty unless it was deleted or has expired. In the past: it cannot be restored any more.
   */
  'restorableUntil'?: (string);
}

export interface Image__Output {
  'name': (_ami_publisher_image_v1_ImageName__Output | null);
  /**
   * SHA-512 of the manifest bytes, lower-case hex.
   */
  'manifestDigest': (string);
  /**
   * Bytes that the unpacked image takes in 4096-byte blocks, hard links once.
   */
  'usageBytes': (string);
  /**
   * Sum of the sizes of the regular files, hard links once.
   */
  'contentBytes': (string);
  'entryCount': (string);
  'manifestBytes': (string);
  /**
   * RFC 3339, UTC.
   */
  'createdAt': (string);
  /**
   * RFC 3339, UTC; empty = never.
   */
  'expiresAt': (string);
  /**
   * Common name of the client certificate that added it.
   */
  'createdBy': (string);
  /**
   * RFC 3339, UTC; empty unless it was deleted by hand.
   */
  'deletedAt': (string);
  /**
   * Common name of the client certificate that deleted it.
   */
  'deletedBy': (string);
  /**
   * RFC 3339, UTC; empty unless it was deleted or has expired. In the past: it cannot be restored any more.
   */
  'restorableUntil': (string);
}
