// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { Long } from '@grpc/proto-loader';

export interface Lease {
  'stream'?: (string);
  'publication'?: (string);
  /**
   * Who holds it: host, process and a random part.
   */
  'holder'?: (string);
  'epoch'?: (number | string | Long);
  /**
   * RFC 3339, UTC.
   */
  'expiresAt'?: (string);
}

export interface Lease__Output {
  'stream': (string);
  'publication': (string);
  /**
   * Who holds it: host, process and a random part.
   */
  'holder': (string);
  'epoch': (string);
  /**
   * RFC 3339, UTC.
   */
  'expiresAt': (string);
}
