// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto


export interface GetStatusRequest {
}

export interface GetStatusRequest__Output {
}
