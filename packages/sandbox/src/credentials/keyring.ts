import { randomBytes } from 'node:crypto';
import type { AccessKey, Identity, Role } from './identity.js';

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** An id as IAM makes them: a prefix that tells its kind, and sixteen letters and digits. */
const newIamId = (prefix: string): string =>
  prefix + Array.from(randomBytes(16), (byte) => base32.charAt(byte % base32.length)).join('');

const newSecret = (): string => randomBytes(30).toString('base64');

/** Every key and role of the sandbox. */
export class Keyring {
  readonly #keys = new Map<string, AccessKey>();
  readonly #roles = new Map<string, Role>();
  readonly #webIdentities = new Map<string, string>();

  /** Makes a user of an account, with long-term keys. */
  addUser(accountId: string, name: string): AccessKey {
    const identity: Identity = {
      accountId,
      arn: `arn:aws:iam::${accountId}:user/${name}`,
      userId: newIamId('AIDA'),
      isSession: false,
    };
    return this.#add({
      accessKeyId: newIamId('AKIA'),
      sessionToken: undefined,
      expiresAt: undefined,
      identity,
    });
  }

  addRole(accountId: string, name: string, trustedAccounts: Iterable<string>): Role {
    const arn = `arn:aws:iam::${accountId}:role/${name}`;
    const role = { arn, accountId, name, id: newIamId('AROA'), trustedAccounts: new Set(trustedAccounts) };
    this.#roles.set(arn, role);
    return role;
  }

  role(arn: string): Role | undefined {
    return this.#roles.get(arn);
  }

  /** Session keys for an identity. @param expiresAt milliseconds since the epoch */
  addSession(identity: Identity, expiresAt: number): AccessKey {
    const sessionToken = randomBytes(96).toString('base64');
    return this.#add({
      accessKeyId: newIamId('ASIA'),
      sessionToken,
      expiresAt,
      identity: { ...identity, isSession: true },
    });
  }

  /** A token with which the role can be assumed without keys, as a workflow's OIDC provider issues them. */
  addWebIdentityToken(roleArn: string): string {
    const token = randomBytes(48).toString('base64url');
    this.#webIdentities.set(token, roleArn);
    return token;
  }

  /** ARN of the role for which the token was issued. */
  roleOfWebIdentity(token: string): string | undefined {
    return this.#webIdentities.get(token);
  }

  find(accessKeyId: string): AccessKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  #add(key: Omit<AccessKey, 'secretAccessKey'>): AccessKey {
    const complete = { ...key, secretAccessKey: newSecret() };
    this.#keys.set(key.accessKeyId, complete);
    return complete;
  }
}
