// Original file: proto/ami_publisher/image/v1/image.proto


export interface FindLatestRequest {
  'stream'?: (string);
}

export interface FindLatestRequest__Output {
  'stream': (string);
}
