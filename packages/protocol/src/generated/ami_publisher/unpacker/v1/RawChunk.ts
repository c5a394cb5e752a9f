// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Chunks come in order. What lies between them is zeros.
 */
export interface RawChunk {
  'offset'?: (number | string | Long);
  'data'?: (Buffer | Uint8Array | string);
  /**
   * In the last message only, which has no data, and the end of the range as its offset: lower-case hex SHA-512 of the whole range, zeros
   * included.
   */
  'sha512'?: (string);
}

/**
 * Chunks come in order. What lies between them is zeros.
 */
export interface RawChunk__Output {
  'offset': (string);
  'data': (Buffer);
  /**
   * In the last message only, which has no data, and the end of the range as its offset: lower-case hex SHA-512 of the whole range, zeros
   * included.
   */
  'sha512': (string);
}
