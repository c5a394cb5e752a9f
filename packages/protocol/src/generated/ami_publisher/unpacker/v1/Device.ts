// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { Long } from '@grpc/proto-loader';

export interface Device {
  /**
   * The EBS volume id.
   */
  'id'?: (string);
  /**
   * Where the host has it: a device node or a folder.
   */
  'path'?: (string);
  'sizeBytes'?: (number | string | Long);
  /**
   * Empty = free.
   */
  'stream'?: (string);
  'present'?: (boolean);
  /**
   * Names of the KMS key that encrypts it, as the publisher told them; empty = not known.
   */
  'kmsKeys'?: (string)[];
}

export interface Device__Output {
  /**
   * The EBS volume id.
   */
  'id': (string);
  /**
   * Where the host has it: a device node or a folder.
   */
  'path': (string);
  'sizeBytes': (string);
  /**
   * Empty = free.
   */
  'stream': (string);
  'present': (boolean);
  /**
   * Names of the KMS key that encrypts it, as the publisher told them; empty = not known.
   */
  'kmsKeys': (string)[];
}
