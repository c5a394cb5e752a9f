// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto


export interface ConfirmCaptureResponse {
  'manifestDigest'?: (string);
}

export interface ConfirmCaptureResponse__Output {
  'manifestDigest': (string);
}
