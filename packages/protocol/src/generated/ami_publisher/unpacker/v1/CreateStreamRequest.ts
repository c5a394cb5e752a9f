// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto


export interface CreateStreamRequest {
  'stream'?: (string);
}

export interface CreateStreamRequest__Output {
  'stream': (string);
}
