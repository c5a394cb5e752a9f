import { createHash } from 'node:crypto';

/**
 * The id of a long call on an unpacker: a pure function of its arguments, so that a resumed publication joins the operation that
 * its predecessor began. *attempt* rises after an undo.
 */
export const operationId = (publication: string, step: string, attempt: number): string =>
  // Joined, it is one piece in memory; a template would keep its parts, for thousands of steps.
  [publication, step, attempt].join('/');

/**
 * A `ClientToken` for AWS calls that take one: base64url of SHA-256 over the arguments, 43 characters (AWS allows 64).
 */
export const clientToken = (publication: string, target: string, step: string, attempt: number): string =>
  createHash('sha256').update([publication, target, step, attempt].join('\0')).digest('base64url');
