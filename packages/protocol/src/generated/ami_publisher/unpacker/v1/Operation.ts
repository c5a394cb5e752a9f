// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { ErrorReport as _ami_publisher_unpacker_v1_ErrorReport, ErrorReport__Output as _ami_publisher_unpacker_v1_ErrorReport__Output } from '../../../ami_publisher/unpacker/v1/ErrorReport.js';
import type { UnpackResult as _ami_publisher_unpacker_v1_UnpackResult, UnpackResult__Output as _ami_publisher_unpacker_v1_UnpackResult__Output } from '../../../ami_publisher/unpacker/v1/UnpackResult.js';
import type { CaptureResult as _ami_publisher_unpacker_v1_CaptureResult, CaptureResult__Output as _ami_publisher_unpacker_v1_CaptureResult__Output } from '../../../ami_publisher/unpacker/v1/CaptureResult.js';
import type { ExportResult as _ami_publisher_unpacker_v1_ExportResult, ExportResult__Output as _ami_publisher_unpacker_v1_ExportResult__Output } from '../../../ami_publisher/unpacker/v1/ExportResult.js';
import type { Long } from '@grpc/proto-loader';

// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

export const _ami_publisher_unpacker_v1_Operation_State = {
  STATE_UNSPECIFIED: 'STATE_UNSPECIFIED',
  RUNNING: 'RUNNING',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
} as const;

export type _ami_publisher_unpacker_v1_Operation_State =
  | 'STATE_UNSPECIFIED'
  | 0
  | 'RUNNING'
  | 1
  | 'SUCCEEDED'
  | 2
  | 'FAILED'
  | 3
  | 'CANCELLED'
  | 4

export type _ami_publisher_unpacker_v1_Operation_State__Output = typeof _ami_publisher_unpacker_v1_Operation_State[keyof typeof _ami_publisher_unpacker_v1_Operation_State]

export interface Operation {
  'id'?: (string);
  'stream'?: (string);
  'state'?: (_ami_publisher_unpacker_v1_Operation_State);
  /**
   * What it does now: "scan", "fetch", "update", "seal", …
   */
  'phase'?: (string);
  'filesDone'?: (number | string | Long);
  'filesTotal'?: (number | string | Long);
  'bytesDone'?: (number | string | Long);
  'bytesTotal'?: (number | string | Long);
  'startedAt'?: (string);
  'finishedAt'?: (string);
  'error'?: (_ami_publisher_unpacker_v1_ErrorReport | null);
  'unpacked'?: (_ami_publisher_unpacker_v1_UnpackResult | null);
  'captured'?: (_ami_publisher_unpacker_v1_CaptureResult | null);
  'exported'?: (_ami_publisher_unpacker_v1_ExportResult | null);
  'result'?: "unpacked"|"captured"|"exported";
}

export interface Operation__Output {
  'id': (string);
  'stream': (string);
  'state': (_ami_publisher_unpacker_v1_Operation_State__Output);
  /**
   * What it does now: "scan", "fetch", "update", "seal", …
   */
  'phase': (string);
  'filesDone': (string);
  'filesTotal': (string);
  'bytesDone': (string);
  'bytesTotal': (string);
  'startedAt': (string);
  'finishedAt': (string);
  'error': (_ami_publisher_unpacker_v1_ErrorReport__Output | null);
  'unpacked'?: (_ami_publisher_unpacker_v1_UnpackResult__Output | null);
  'captured'?: (_ami_publisher_unpacker_v1_CaptureResult__Output | null);
  'exported'?: (_ami_publisher_unpacker_v1_ExportResult__Output | null);
  'result'?: "unpacked"|"captured"|"exported";
}
