// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { Long } from '@grpc/proto-loader';

export interface RawChunk {
  'offset'?: (number | string | Long);
  'data'?: (Buffer | Uint8Array | string);
}

export interface RawChunk__Output {
  'offset': (string);
  'data': (Buffer);
}
