// Original file: proto/ami_publisher/image/v1/image.proto


export interface DeleteImageResponse {
}

export interface DeleteImageResponse__Output {
}
