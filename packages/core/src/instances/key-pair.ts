import { AmiPublisherError } from '@ami-publisher/base';
import type { KeyPairInfo } from '@aws-sdk/client-ec2';
import { noId } from '../cloud/aws-error.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import { escapeFilterValue, tagKeys, tagSpecification } from '../cloud/tags.js';
import type { Change, ChangeContext, Command } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
import type { JsonObject } from '../steps/json.js';
import { sendOnce } from '../steps/send-once.js';
import { formatTarget } from '../target/target.js';
import { isSameKey, type PublicKey, parsePublicKey } from './public-key.js';

export interface KeyPairRequest {
  readonly name: string;
  /** The text of a public key file of OpenSSH. */
  readonly publicKey: string;
  /** Name of that file, for messages. @default 'the public key' */
  readonly place?: string | undefined;
}

interface KeyPairChange extends Change {
  readonly publicKey: string;
  /** The pair of that name that goes first; null = there is none. `publicKey` is null where AWS does not tell it. */
  readonly replaces: { readonly id: string; readonly publicKey: string | null } | null;
}

interface ImportedKeyPair extends JsonObject {
  readonly keyPairId: string;
}

const importCall = 'ec2:ImportKeyPair';
const timeoutMs = 5 * 60_000;

const plan =
  (replaces: boolean): Command<KeyPairRequest, KeyPairChange>['plan'] =>
  (context, { name, publicKey, place = 'the public key' }) => {
    const key = parsePublicKey(publicKey, place);
    if (name === '' || name.length > 255) throw badName();
    return planEachTarget(context, async (target, ec2) => {
      const existing = await findKeyPair(ec2, name, context);
      if (existing !== undefined && isSameKey(key, existing)) return [];
      if (existing !== undefined && !replaces) throw anotherKey(existing, formatTarget(target));
      return [changeFor(name, key, existing)];
    });
  };

const changeFor = (name: string, { text }: PublicKey, existing: KeyPairInfo | undefined): KeyPairChange => {
  const common = { call: importCall, resource: name, publicKey: text };
  if (existing === undefined) return { ...common, text: `import the key pair ${name}`, replaces: null };
  const { KeyPairId = '', PublicKey = null, KeyFingerprint } = existing;
  return {
    ...common,
    text: `delete the key pair ${name} (${KeyPairId}, ${KeyFingerprint}) and import the other key`,
    replaces: { id: KeyPairId, publicKey: PublicKey },
  };
};

/** `import-key-pair`: where the name has the key already there is nothing to do; where it has another, that is an error. */
export const importKeyPair: Command<KeyPairRequest, KeyPairChange, ImportedKeyPair> = {
  name: 'import-key-pair',
  destroys: false,
  timeoutMs,
  plan: plan(false),
  run: (context, change) => importKey(context, change, change.publicKey),
  undo: (context, change) => removeKey(context, change),
};

/** `import-key-pair --replace`: another key of the name is deleted first. */
export const replaceKeyPair: Command<KeyPairRequest, KeyPairChange, ImportedKeyPair> = {
  name: 'import-key-pair --replace',
  destroys: true,
  timeoutMs,
  plan: plan(true),
  run: async (context, change) => {
    const { replaces, resource } = change;
    const existing = await findKeyPair(context.services.ec2, resource, context);
    if (replaces !== null && existing?.KeyPairId === replaces.id) {
      await context.intend('ec2:DeleteKeyPair', { keyPair: replaces.id });
      await context.services.ec2.deleteKeyPair({ KeyPairId: replaces.id }, context);
    }
    return importKey(context, change, change.publicKey);
  },
  undo: async (context, change) => {
    const { replaces } = change;
    if (replaces !== null && replaces.publicKey === null) throw cannotRestore(change);
    await removeKey(context, change);
    if (replaces !== null && replaces.publicKey !== null)
      await importKey(context, change, replaces.publicKey);
  },
};

const findKeyPair = async (
  ec2: Ec2Api,
  name: string,
  { signal }: CallOptions,
): Promise<KeyPairInfo | undefined> => {
  const Filters = [{ Name: 'key-name', Values: [escapeFilterValue(name)] }];
  const { KeyPairs = [] } = await ec2.describeKeyPairs({ Filters, IncludePublicKey: true }, { signal });
  return KeyPairs.find(({ KeyName }) => KeyName === name);
};

const importKey = async (
  context: ChangeContext,
  { resource: name }: KeyPairChange,
  text: string,
): Promise<ImportedKeyPair> => {
  const { services, signal, publicationId } = context;
  const key = parsePublicKey(text, name);
  const find = async (): Promise<string | undefined> => {
    const found = await findKeyPair(services.ec2, name, { signal });
    return found !== undefined && isSameKey(key, found) ? found.KeyPairId : undefined;
  };
  const keyPairId = await sendOnce(context, {
    call: importCall,
    request: { name, publicKey: text },
    find,
    send: async () => {
      const request = {
        KeyName: name,
        PublicKeyMaterial: Buffer.from(text),
        TagSpecifications: tagSpecification('key-pair', { [tagKeys.publication]: publicationId }),
      };
      return (await services.ec2.importKeyPair(request, { signal })).KeyPairId;
    },
  });
  if (keyPairId !== undefined) return { keyPairId };
  throw noId(importCall, 'key pair');
};

/** Deletes what a change imported, unless the name has come to another key since. */
const removeKey = async (
  { services, signal }: ChangeContext,
  { resource, publicKey }: KeyPairChange,
): Promise<void> => {
  const found = await findKeyPair(services.ec2, resource, { signal });
  if (found === undefined || !isSameKey(parsePublicKey(publicKey, resource), found)) return;
  await services.ec2.deleteKeyPair({ KeyPairId: found.KeyPairId }, { signal });
};

const badName = (): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', { message: 'a key pair has a name of 1 to 255 characters' });

const anotherKey = ({ KeyName, KeyFingerprint }: KeyPairInfo, target: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `the key pair ${KeyName} has another key there (fingerprint ${KeyFingerprint})`,
    target,
    ...(KeyName !== undefined && { resource: KeyName }),
    remedy: 'give another name, or --replace to delete that one first',
  });

const cannotRestore = ({ resource }: KeyPairChange): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `the key pair ${resource} stays as it is: AWS did not tell the public key that it had before`,
    resource,
  });
