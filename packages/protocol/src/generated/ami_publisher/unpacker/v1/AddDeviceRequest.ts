// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { LeaseRef as _ami_publisher_unpacker_v1_LeaseRef, LeaseRef__Output as _ami_publisher_unpacker_v1_LeaseRef__Output } from '../../../ami_publisher/unpacker/v1/LeaseRef.js';

export interface AddDeviceRequest {
  'deviceId'?: (string);
  /**
   * The name asked for at the attachment, such as /dev/sdf; used where the identity cannot be read (Xen).
   */
  'hint'?: (string);
  'lease'?: (_ami_publisher_unpacker_v1_LeaseRef | null);
  /**
   * How long to wait for the device, ms; 0 = 60,000.
   */
  'timeoutMs'?: (number);
  /**
   * Names of the KMS key that encrypts it, kept for whoever asks for the status.
   */
  'kmsKeys'?: (string)[];
}

export interface AddDeviceRequest__Output {
  'deviceId': (string);
  /**
   * The name asked for at the attachment, such as /dev/sdf; used where the identity cannot be read (Xen).
   */
  'hint': (string);
  'lease': (_ami_publisher_unpacker_v1_LeaseRef__Output | null);
  /**
   * How long to wait for the device, ms; 0 = 60,000.
   */
  'timeoutMs': (number);
  /**
   * Names of the KMS key that encrypts it, kept for whoever asks for the status.
   */
  'kmsKeys': (string)[];
}
