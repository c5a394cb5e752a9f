// Original file: proto/ami_publisher/image/v1/image.proto


export interface ListImagesRequest {
  /**
   * Empty = every stream.
   */
  'stream'?: (string);
}

export interface ListImagesRequest__Output {
  /**
   * Empty = every stream.
   */
  'stream': (string);
}
