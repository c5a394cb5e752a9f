// Original file: proto/ami_publisher/image/v1/image.proto


export interface GetManifestRequest {
  'manifestDigest'?: (string);
}

export interface GetManifestRequest__Output {
  'manifestDigest': (string);
}
