// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

export const StreamState = {
  STREAM_STATE_UNSPECIFIED: 'STREAM_STATE_UNSPECIFIED',
  NO_DEVICE: 'NO_DEVICE',
  /**
   * A device without a file system of ours.
   */
  BLANK: 'BLANK',
  /**
   * Unmounted, contents known, not sealed.
   */
  IDLE: 'IDLE',
  /**
   * Scanned; UnpackImage can start at once.
   */
  PREPARED: 'PREPARED',
  SCANNING: 'SCANNING',
  FETCHING: 'FETCHING',
  UPDATING: 'UPDATING',
  /**
   * Holds exactly one complete image, still mounted.
   */
  UNPACKED: 'UNPACKED',
  SEALING: 'SEALING',
  /**
   * Unmounted and flushed; a snapshot of it holds the image.
   */
  SEALED: 'SEALED',
  /**
   * An update was cut short; it must be scanned again and cannot be sealed.
   */
  NEEDS_SCAN: 'NEEDS_SCAN',
  /**
   * Its device is not attached.
   */
  DEVICE_MISSING: 'DEVICE_MISSING',
  /**
   * ExportImage writes the sealed volume out.
   */
  EXPORTING: 'EXPORTING',
  /**
   * GetRaw sends the unmounted volume's bytes, or OfferRaw lets them be fetched.
   */
  TRANSFERRING: 'TRANSFERRING',
} as const;

export type StreamState =
  | 'STREAM_STATE_UNSPECIFIED'
  | 0
  | 'NO_DEVICE'
  | 1
  /**
   * A device without a file system of ours.
   */
  | 'BLANK'
  | 2
  /**
   * Unmounted, contents known, not sealed.
   */
  | 'IDLE'
  | 3
  /**
   * Scanned; UnpackImage can start at once.
   */
  | 'PREPARED'
  | 4
  | 'SCANNING'
  | 5
  | 'FETCHING'
  | 6
  | 'UPDATING'
  | 7
  /**
   * Holds exactly one complete image, still mounted.
   */
  | 'UNPACKED'
  | 8
  | 'SEALING'
  | 9
  /**
   * Unmounted and flushed; a snapshot of it holds the image.
   */
  | 'SEALED'
  | 10
  /**
   * An update was cut short; it must be scanned again and cannot be sealed.
   */
  | 'NEEDS_SCAN'
  | 11
  /**
   * Its device is not attached.
   */
  | 'DEVICE_MISSING'
  | 12
  /**
   * ExportImage writes the sealed volume out.
   */
  | 'EXPORTING'
  | 13
  /**
   * GetRaw sends the unmounted volume's bytes, or OfferRaw lets them be fetched.
   */
  | 'TRANSFERRING'
  | 14

export type StreamState__Output = typeof StreamState[keyof typeof StreamState]
