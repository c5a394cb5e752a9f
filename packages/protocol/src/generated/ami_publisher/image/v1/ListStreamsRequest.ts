// Original file: proto/ami_publisher/image/v1/image.proto


export interface ListStreamsRequest {
}

export interface ListStreamsRequest__Output {
}
