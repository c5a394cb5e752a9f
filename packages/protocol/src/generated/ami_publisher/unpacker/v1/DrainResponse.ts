// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto


export interface DrainResponse {
  'drainingUntil'?: (string);
  /**
   * Streams with a live lease or a running operation; draining does not end them.
   */
  'busyStreams'?: (string)[];
}

export interface DrainResponse__Output {
  'drainingUntil': (string);
  /**
   * Streams with a live lease or a running operation; draining does not end them.
   */
  'busyStreams': (string)[];
}
