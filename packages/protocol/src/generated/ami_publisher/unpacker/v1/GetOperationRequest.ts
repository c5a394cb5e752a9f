// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto


export interface GetOperationRequest {
  'operationId'?: (string);
}

export interface GetOperationRequest__Output {
  'operationId': (string);
}
