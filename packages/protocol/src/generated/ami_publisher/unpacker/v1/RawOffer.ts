// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type { Long } from '@grpc/proto-loader';

/**
 * The first message has all that fetching takes, the last one the digest; those between tell how far it is.
 */
export interface RawOffer {
  /**
   * For the header `Authorization: Bearer …` of `GET /raw`; the answer is gzip. Worth a download that begins within 15 minutes.
   */
  'ticket'?: (string);
  /**
   * Of the unpacker's host.
   */
  'port'?: (number);
  /**
   * What pins the certificate of that port, which no authority has signed: base64 SHA-256 of its public key (RFC 7469).
   */
  'publicKeySha256'?: (string);
  /**
   * Of the volume, and what it holds.
   */
  'sizeBytes'?: (number | string | Long);
  'leaf'?: (string);
  'manifestDigest'?: (string);
  'bytesDone'?: (number | string | Long);
  /**
   * In the last message only: lower-case hex SHA-256 of the whole volume as it was sent.
   */
  'sha256'?: (string);
}

/**
 * The first message has all that fetching takes, the last one the digest; those between tell how far it is.
 */
export interface RawOffer__Output {
  /**
   * For the header `Authorization: Bearer …` of `GET /raw`; the answer is gzip. Worth a download that begins within 15 minutes.
   */
  'ticket': (string);
  /**
   * Of the unpacker's host.
   */
  'port': (number);
  /**
   * What pins the certificate of that port, which no authority has signed: base64 SHA-256 of its public key (RFC 7469).
   */
  'publicKeySha256': (string);
  /**
   * Of the volume, and what it holds.
   */
  'sizeBytes': (string);
  'leaf': (string);
  'manifestDigest': (string);
  'bytesDone': (string);
  /**
   * In the last message only: lower-case hex SHA-256 of the whole volume as it was sent.
   */
  'sha256': (string);
}
