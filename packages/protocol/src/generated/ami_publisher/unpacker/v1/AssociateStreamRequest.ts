// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { LeaseRef as _ami_publisher_unpacker_v1_LeaseRef, LeaseRef__Output as _ami_publisher_unpacker_v1_LeaseRef__Output } from '../../../ami_publisher/unpacker/v1/LeaseRef.js';

export interface AssociateStreamRequest {
  'deviceId'?: (string);
  'lease'?: (_ami_publisher_unpacker_v1_LeaseRef | null);
  /**
   * Names of the KMS key that encrypts it, kept for whoever asks for the status.
   */
  'kmsKeys'?: (string)[];
}

export interface AssociateStreamRequest__Output {
  'deviceId': (string);
  'lease': (_ami_publisher_unpacker_v1_LeaseRef__Output | null);
  /**
   * Names of the KMS key that encrypts it, kept for whoever asks for the status.
   */
  'kmsKeys': (string)[];
}
