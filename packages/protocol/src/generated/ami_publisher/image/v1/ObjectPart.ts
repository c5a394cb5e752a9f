// Original file: proto/ami_publisher/image/v1/image.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A piece of an object. An object is one or more parts that follow each other; no part of another comes between.
 */
export interface ObjectPart {
  'digest'?: (Buffer | Uint8Array | string);
  /**
   * Size of the whole object, bytes.
   */
  'size'?: (number | string | Long);
  'data'?: (Buffer | Uint8Array | string);
}

/**
 * A piece of an object. An object is one or more parts that follow each other; no part of another comes between.
 */
export interface ObjectPart__Output {
  'digest': (Buffer);
  /**
   * Size of the whole object, bytes.
   */
  'size': (string);
  'data': (Buffer);
}
