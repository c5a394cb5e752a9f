// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { Stream as _ami_publisher_unpacker_v1_Stream, Stream__Output as _ami_publisher_unpacker_v1_Stream__Output } from '../../../ami_publisher/unpacker/v1/Stream.js';
import type { Device as _ami_publisher_unpacker_v1_Device, Device__Output as _ami_publisher_unpacker_v1_Device__Output } from '../../../ami_publisher/unpacker/v1/Device.js';

export interface Status {
  'version'?: (string);
  /**
   * Names of what this unpacker can do: "driver:block", "raw", "export:raw", "export:raw-zstd", "export:vmdk".
   */
  'capabilities'?: (string)[];
  'streams'?: (_ami_publisher_unpacker_v1_Stream)[];
  'devices'?: (_ami_publisher_unpacker_v1_Device)[];
  /**
   * RFC 3339, UTC. The time of the last call that changed something; now, while a lease is live or an operation runs.
   */
  'lastUsedAt'?: (string);
  'startedAt'?: (string);
  /**
   * RFC 3339, UTC; empty = not draining.
   */
  'drainingUntil'?: (string);
}

export interface Status__Output {
  'version': (string);
  /**
   * Names of what this unpacker can do: "driver:block", "raw", "export:raw", "export:raw-zstd", "export:vmdk".
   */
  'capabilities': (string)[];
  'streams': (_ami_publisher_unpacker_v1_Stream__Output)[];
  'devices': (_ami_publisher_unpacker_v1_Device__Output)[];
  /**
   * RFC 3339, UTC. The time of the last call that changed something; now, while a lease is live or an operation runs.
   */
  'lastUsedAt': (string);
  'startedAt': (string);
  /**
   * RFC 3339, UTC; empty = not draining.
   */
  'drainingUntil': (string);
}
