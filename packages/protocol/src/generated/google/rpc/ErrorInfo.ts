// Original file: proto/google/rpc/status.proto


/**
 * The wire shape of google.rpc.ErrorInfo.
 */
export interface ErrorInfo {
  'reason'?: (string);
  'domain'?: (string);
  'metadata'?: ({[key: string]: string});
}

/**
 * The wire shape of google.rpc.ErrorInfo.
 */
export interface ErrorInfo__Output {
  'reason': (string);
  'domain': (string);
  'metadata': ({[key: string]: string});
}
