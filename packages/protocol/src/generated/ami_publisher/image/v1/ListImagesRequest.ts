// Original file: proto/ami_publisher/image/v1/image.proto


export interface ListImagesRequest {
  /**
   * Empty = every stream.
   */
  'stream'?: (string);
  /**
   * Also images that were deleted or have expired, whose names stay taken.
   */
  'deleted'?: (boolean);
}

export interface ListImagesRequest__Output {
  /**
   * Empty = every stream.
   */
  'stream': (string);
  /**
   * Also images that were deleted or have expired, whose names stay taken.
   */
  'deleted': (boolean);
}
