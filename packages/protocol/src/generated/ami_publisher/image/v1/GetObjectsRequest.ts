// Original file: proto/ami_publisher/image/v1/image.proto


export interface GetObjectsRequest {
  /**
   * 64 bytes each, at most 16,384 of them.
   */
  'digests'?: (Buffer | Uint8Array | string)[];
}

export interface GetObjectsRequest__Output {
  /**
   * 64 bytes each, at most 16,384 of them.
   */
  'digests': (Buffer)[];
}
