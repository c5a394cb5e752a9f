// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto


export interface ClaimDeviceRequest {
  'deviceId'?: (string);
  'path'?: (string);
  /**
   * Take it even though it holds data or no lease is live.
   */
  'force'?: (boolean);
}

export interface ClaimDeviceRequest__Output {
  'deviceId': (string);
  'path': (string);
  /**
   * Take it even though it holds data or no lease is live.
   */
  'force': (boolean);
}
