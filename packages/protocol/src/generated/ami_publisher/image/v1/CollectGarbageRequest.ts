// Original file: proto/ami_publisher/image/v1/image.proto


export interface CollectGarbageRequest {
  /**
   * Only say what would go.
   */
  'dryRun'?: (boolean);
}

export interface CollectGarbageRequest__Output {
  /**
   * Only say what would go.
   */
  'dryRun': (boolean);
}
