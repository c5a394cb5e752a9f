// Original file: proto/ami_publisher/image/v1/image.proto


export interface WatchRequest {
  /**
   * Empty = every stream.
   */
  'stream'?: (string);
}

export interface WatchRequest__Output {
  /**
   * Empty = every stream.
   */
  'stream': (string);
}
