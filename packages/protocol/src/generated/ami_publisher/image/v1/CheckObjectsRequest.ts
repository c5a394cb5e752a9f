// Original file: proto/ami_publisher/image/v1/image.proto


export interface CheckObjectsRequest {
  /**
   * 64 bytes each, at most 65,536 of them.
   */
  'digests'?: (Buffer | Uint8Array | string)[];
}

export interface CheckObjectsRequest__Output {
  /**
   * 64 bytes each, at most 65,536 of them.
   */
  'digests': (Buffer)[];
}
