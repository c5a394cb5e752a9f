// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto


export interface ForgetStreamResponse {
}

export interface ForgetStreamResponse__Output {
}
