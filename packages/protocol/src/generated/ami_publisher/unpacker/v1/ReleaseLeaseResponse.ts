// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto


export interface ReleaseLeaseResponse {
}

export interface ReleaseLeaseResponse__Output {
}
