// Original file: proto/ami_publisher/image/v1/image.proto

import type { Long } from '@grpc/proto-loader';

export interface AddObjectsResponse {
  'added'?: (number | string | Long);
  'alreadyPresent'?: (number | string | Long);
}

export interface AddObjectsResponse__Output {
  'added': (string);
  'alreadyPresent': (string);
}
