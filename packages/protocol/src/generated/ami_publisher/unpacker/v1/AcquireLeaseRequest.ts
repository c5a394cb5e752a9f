// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto


export interface AcquireLeaseRequest {
  'stream'?: (string);
  'publication'?: (string);
  'holder'?: (string);
  /**
   * 0 = 60,000.
   */
  'ttlMs'?: (number);
}

export interface AcquireLeaseRequest__Output {
  'stream': (string);
  'publication': (string);
  'holder': (string);
  /**
   * 0 = 60,000.
   */
  'ttlMs': (number);
}
