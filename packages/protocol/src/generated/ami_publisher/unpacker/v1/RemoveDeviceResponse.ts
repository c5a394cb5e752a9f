// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto


export interface RemoveDeviceResponse {
}

export interface RemoveDeviceResponse__Output {
}
