// Original file: proto/ami_publisher/image/v1/image.proto


export interface CheckObjectsResponse {
  /**
   * Indexes into the request's digests.
   */
  'missing'?: (number)[];
}

export interface CheckObjectsResponse__Output {
  /**
   * Indexes into the request's digests.
   */
  'missing': (number)[];
}
