import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import type { LifecycleOperation } from '@ami-publisher/core';
import type { StoredKey } from '../store/tables.js';

/** What holders of keys do. */
export const roles = ['requester', 'qa', 'approver'] as const;
export type Role = (typeof roles)[number];

const reads = ['status', 'creation:timeline', 'patch:timeline'] as const;

/** What each role may do; `delete` is nobody's, unless a key names it. */
export const operationsOfRole: Readonly<Record<Role, readonly LifecycleOperation[]>> = {
  requester: [...reads, 'creation:post', 'creation:put', 'patch:post', 'patch:put', 'cancel', 'retry'],
  qa: [...reads, 'creation:certify'],
  approver: [...reads, 'creation:approve', 'patch:approve'],
};

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const idLength = 10;
const secretLength = 30;

/** A new key, letters and digits only: the first ten are its name in the database, the other thirty (178 bits) are the secret. */
export const newKey = (): string =>
  Array.from({ length: idLength + secretLength }, () => letters[randomInt(letters.length)]).join('');

/** Whether a text could be a key at all. */
export const hasKeyForm = (text: string): boolean => /^[A-Za-z0-9]{40}$/.test(text);

/** The part of a key by which its row is found. */
export const keyId = (key: string): string => key.slice(0, idLength);

/** What is kept of a key. A key has too many bits to be guessed, so that a fast hash is as good as a slow one. */
export const keyHash = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Whether a key is the one of a row, in a time that does not depend on where they differ. */
export const isKeyOf = (key: string, { hash }: Pick<StoredKey, 'hash'>): boolean =>
  timingSafeEqual(Buffer.from(keyHash(key), 'hex'), Buffer.from(hash, 'hex'));

/** Whether a key can be used at an instant. */
export const isUsable = ({ expiresAt, revokedAt }: StoredKey, now: number): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt.getTime() > now);

/** Whether a key is good for an operation. */
export const mayDo = (key: StoredKey, operation: LifecycleOperation): boolean =>
  key.operations.includes(operation) ||
  roles.some((role) => key.roles.includes(role) && operationsOfRole[role].includes(operation));
