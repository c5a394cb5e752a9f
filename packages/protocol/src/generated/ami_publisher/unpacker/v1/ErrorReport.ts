// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto


export interface ErrorReport {
  'code'?: (string);
  'message'?: (string);
  'at'?: (string);
}

export interface ErrorReport__Output {
  'code': (string);
  'message': (string);
  'at': (string);
}
