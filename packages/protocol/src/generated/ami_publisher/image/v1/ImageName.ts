// Original file: proto/ami_publisher/image/v1/image.proto


export interface ImageName {
  'stream'?: (string);
  'leaf'?: (string);
}

export interface ImageName__Output {
  'stream': (string);
  'leaf': (string);
}
