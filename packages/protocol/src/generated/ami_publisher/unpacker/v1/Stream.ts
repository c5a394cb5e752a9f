// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { StreamState as _ami_publisher_unpacker_v1_StreamState, StreamState__Output as _ami_publisher_unpacker_v1_StreamState__Output } from '../../../ami_publisher/unpacker/v1/StreamState.js';
import type { Lease as _ami_publisher_unpacker_v1_Lease, Lease__Output as _ami_publisher_unpacker_v1_Lease__Output } from '../../../ami_publisher/unpacker/v1/Lease.js';
import type { Operation as _ami_publisher_unpacker_v1_Operation, Operation__Output as _ami_publisher_unpacker_v1_Operation__Output } from '../../../ami_publisher/unpacker/v1/Operation.js';
import type { ErrorReport as _ami_publisher_unpacker_v1_ErrorReport, ErrorReport__Output as _ami_publisher_unpacker_v1_ErrorReport__Output } from '../../../ami_publisher/unpacker/v1/ErrorReport.js';
import type { Long } from '@grpc/proto-loader';

export interface Stream {
  'name'?: (string);
  'state'?: (_ami_publisher_unpacker_v1_StreamState);
  'deviceId'?: (string);
  /**
   * Rises with every write to the volume.
   */
  'generation'?: (number | string | Long);
  /**
   * What the volume holds completely; empty otherwise.
   */
  'leaf'?: (string);
  'manifestDigest'?: (string);
  /**
   * The live lease, if any.
   */
  'lease'?: (_ami_publisher_unpacker_v1_Lease | null);
  /**
   * The operation that runs or ran last.
   */
  'operation'?: (_ami_publisher_unpacker_v1_Operation | null);
  'lastError'?: (_ami_publisher_unpacker_v1_ErrorReport | null);
}

export interface Stream__Output {
  'name': (string);
  'state': (_ami_publisher_unpacker_v1_StreamState__Output);
  'deviceId': (string);
  /**
   * Rises with every write to the volume.
   */
  'generation': (string);
  /**
   * What the volume holds completely; empty otherwise.
   */
  'leaf': (string);
  'manifestDigest': (string);
  /**
   * The live lease, if any.
   */
  'lease': (_ami_publisher_unpacker_v1_Lease__Output | null);
  /**
   * The operation that runs or ran last.
   */
  'operation': (_ami_publisher_unpacker_v1_Operation__Output | null);
  'lastError': (_ami_publisher_unpacker_v1_ErrorReport__Output | null);
}
