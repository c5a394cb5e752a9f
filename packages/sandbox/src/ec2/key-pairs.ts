import { createHash, createPublicKey } from 'node:crypto';
import type { KeyPairInfo } from '@aws-sdk/client-ec2';
import { ApiError, required } from '../model/api-error.js';
import { newResourceId } from '../model/ids.js';
import type { KeyPairRecord } from '../model/records.js';
import { type DescribeRules, describeRecords } from './describe.js';
import type { Ec2Handler } from './handler.js';
import { lookup } from './lookup.js';
import { tagList, tagsAtCreation } from './tags.js';

const describeRules: DescribeRules<KeyPairRecord> = {
  kind: 'key-pair',
  minResults: 5,
  filters: {
    fingerprint: ({ fingerprint }) => fingerprint,
    'key-name': ({ name }) => name,
    'key-pair-id': ({ id }) => id,
  },
};

const noSuchName = (name: string): ApiError =>
  new ApiError('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`);

export const describeKeyPairs: Ec2Handler<'DescribeKeyPairs'> = ({ state, lag }, input) => {
  const names = (input.KeyNames ?? []).map((name) => {
    if (state.keyPairs.list().some((pair) => pair.name === name)) return name;
    throw noSuchName(name);
  });
  const request = { ids: input.KeyPairIds, filters: input.Filters, lag };
  const { records } = describeRecords(
    state.keyPairs,
    describeRules,
    { ...request, maxResults: undefined, nextToken: undefined },
    ({ name }) => names.length === 0 || names.includes(name),
  );
  return { KeyPairs: records.map((pair) => view(pair, input.IncludePublicKey === true)) };
};

const view = (pair: KeyPairRecord, withPublicKey: boolean): KeyPairInfo => ({
  CreateTime: pair.createTime,
  KeyFingerprint: pair.fingerprint,
  KeyName: pair.name,
  KeyPairId: pair.id,
  KeyType: pair.type,
  Tags: tagList(pair.tags),
  ...(withPublicKey && { PublicKey: pair.publicKey }),
});

export const importKeyPair: Ec2Handler<'ImportKeyPair'> = ({ state, clock }, input) => {
  const name = required(input.KeyName, 'keyName');
  const material = required(input.PublicKeyMaterial, 'publicKeyMaterial');
  if (state.keyPairs.list().some((pair) => pair.name === name)) {
    throw new ApiError('InvalidKeyPair.Duplicate', `The keypair '${name}' already exists.`);
  }
  const pair = state.keyPairs.insert({
    id: newResourceId('key-pair'),
    name,
    createTime: new Date(clock.now()),
    tags: tagsAtCreation('key-pair', input.TagSpecifications),
    ...parsePublicKey(Buffer.from(material).toString()),
  });
  const { KeyFingerprint, KeyName, KeyPairId, Tags } = view(pair, false);
  return { KeyFingerprint, KeyName, KeyPairId, Tags };
};

/** By name nothing has to be there, by id it does. */
export const deleteKeyPair: Ec2Handler<'DeleteKeyPair'> = ({ state }, input) => {
  const pair =
    input.KeyPairId === undefined
      ? state.keyPairs.list().find(({ name }) => name === required(input.KeyName, 'keyName'))
      : lookup(state.keyPairs, 'key-pair', input.KeyPairId);
  if (pair !== undefined) state.keyPairs.remove(pair.id);
  return { Return: true, KeyPairId: pair?.id };
};

/** RSA: MD5 of the key in DER form, in pairs of digits. ED25519: SHA-256 of the key as OpenSSH has it, in Base64. */
const parsePublicKey = (text: string): Pick<KeyPairRecord, 'type' | 'fingerprint' | 'publicKey'> => {
  const [type = '', encoded = ''] = text.trim().split(/\s+/);
  const publicKey = `${type} ${encoded}`;
  const blob = Buffer.from(encoded, 'base64');
  const parts = sshStrings(blob);
  if (parts[0]?.toString() !== type) throw badFormat();
  if (type === 'ssh-ed25519' && parts[1]?.length === 32) {
    return {
      type: 'ed25519',
      fingerprint: createHash('sha256').update(blob).digest('base64'),
      publicKey,
    };
  }
  const [, exponent, modulus] = parts;
  if (type !== 'ssh-rsa' || exponent === undefined || modulus === undefined) throw badFormat();
  const jwk = { kty: 'RSA', e: exponent.toString('base64url'), n: modulus.toString('base64url') };
  const der = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'der' });
  const digest = createHash('md5').update(der).digest('hex');
  return { type: 'rsa', fingerprint: digest.replace(/..(?=.)/g, '$&:'), publicKey };
};

const badFormat = (): ApiError =>
  new ApiError('InvalidKey.Format', 'Key is not in valid OpenSSH public key format');

/** The strings of an SSH key, each after its length in four bytes. */
const sshStrings = (blob: Buffer): Buffer[] => {
  const parts: Buffer[] = [];
  for (let at = 0; at + 4 <= blob.length; ) {
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return [];
    parts.push(blob.subarray(at + 4, end));
    at = end;
  }
  return parts;
};
