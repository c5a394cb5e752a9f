// Original file: proto/ami_publisher/image/v1/image.proto


export interface ManifestChunk {
  'data'?: (Buffer | Uint8Array | string);
}

export interface ManifestChunk__Output {
  'data': (Buffer);
}
