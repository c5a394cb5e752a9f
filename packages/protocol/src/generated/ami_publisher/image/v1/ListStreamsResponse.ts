// Original file: proto/ami_publisher/image/v1/image.proto


export interface ListStreamsResponse {
  'streams'?: (string)[];
}

export interface ListStreamsResponse__Output {
  'streams': (string)[];
}
