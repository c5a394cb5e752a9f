// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto


export interface DrainRequest {
  /**
   * 0 ends the draining.
   */
  'durationMs'?: (number);
}

export interface DrainRequest__Output {
  /**
   * 0 ends the draining.
   */
  'durationMs': (number);
}
