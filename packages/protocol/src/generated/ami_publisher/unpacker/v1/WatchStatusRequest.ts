// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto


export interface WatchStatusRequest {
}

export interface WatchStatusRequest__Output {
}
