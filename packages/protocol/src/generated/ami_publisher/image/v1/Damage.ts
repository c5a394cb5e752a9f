// Original file: proto/ami_publisher/image/v1/image.proto


// Original file: proto/ami_publisher/image/v1/image.proto

export const _ami_publisher_image_v1_Damage_Kind = {
  KIND_UNSPECIFIED: 'KIND_UNSPECIFIED',
  MISSING: 'MISSING',
  CORRUPT: 'CORRUPT',
  WRONG_SIZE: 'WRONG_SIZE',
} as const;

export type _ami_publisher_image_v1_Damage_Kind =
  | 'KIND_UNSPECIFIED'
  | 0
  | 'MISSING'
  | 1
  | 'CORRUPT'
  | 2
  | 'WRONG_SIZE'
  | 3

export type _ami_publisher_image_v1_Damage_Kind__Output = typeof _ami_publisher_image_v1_Damage_Kind[keyof typeof _ami_publisher_image_v1_Damage_Kind]

export interface Damage {
  'digest'?: (string);
  'kind'?: (_ami_publisher_image_v1_Damage_Kind);
  /**
   * One path that has this content, one byte a character (ISO 8859-1); empty for the manifest itself.
   */
  'path'?: (string);
}

export interface Damage__Output {
  'digest': (string);
  'kind': (_ami_publisher_image_v1_Damage_Kind__Output);
  /**
   * One path that has this content, one byte a character (ISO 8859-1); empty for the manifest itself.
   */
  'path': (string);
}
