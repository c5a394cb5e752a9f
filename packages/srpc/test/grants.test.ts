import { beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../src/client/calls.js';
import { answering, daemonKinds, type KeyPair, SrpcClient, type SrpcServerTls } from '../src/index.js';
import type { Json } from '../src/wire/json.js';
import { createAuthority, type IssueOptions, type TestAuthority } from './support/certificates.js';
import { serve } from './support/serving.js';

let authority: TestAuthority;
let tls: SrpcServerTls;

beforeAll(async () => {
  authority = await createAuthority('CA');
  const { cert, key } = await authority.issue({ name: 'any-server' });
  tls = { cert, key, ca: authority.ca };
});

/** Tells callers who they are. */
const whoAmI = (access: 'granted' | 'public' | 'open') =>
  answering(access, (_request, { caller }) => ({ name: caller.userName, groups: [...caller.groups] }));

const methods = {
  'Test.Granted': whoAmI('granted'),
  'Test.Public': whoAmI('public'),
  'Test.Open': whoAmI('open'),
};

/** What a server tells whoever shows a key pair. */
const as = async (pair: KeyPair, serverTls = tls) => {
  const { address } = await serve({ methods, tls: serverTls });
  const client = new SrpcClient(daemonKinds.unpacker, {
    address,
    tls: { pairs: [pair], ca: authority.ca },
  });
  return (name: keyof typeof methods): Promise<Json> =>
    ask(client, name, {}, { timeoutMs: 5_000, decode: (reply) => reply });
};

const issued = (options: IssueOptions) => authority.issue(options);
const derOf = (tag: number, ...texts: readonly string[]): Buffer => {
  const elements = texts.map((text) => Buffer.from([tag, text.length, ...Buffer.from(text)]));
  return Buffer.concat([Buffer.from([0x30, Buffer.concat(elements).length]), ...elements]);
};
const refused = { code: 'ROLE_REFUSED' };

describe('a server', () => {
  it('knows callers by common name and groups', async () => {
    const call = await as(await issued({ name: 'ann', groups: ['ops', 'dev'], methods: ['Test.Granted'] }));
    expect(await call('Test.Granted')).toEqual({ name: 'ann', groups: ['ops', 'dev'] });
  });

  it.each([
    ['UTF8String', 0x0c],
    ['PrintableString', 0x13],
    ['IA5String', 0x16],
  ])('reads methods that are of type %s', async (_type, tag) => {
    const call = await as(await issued({ name: 'ann', methodsAsDer: derOf(tag, 'A.b', 'Test.G*') }));
    expect(await call('Test.Granted')).toMatchObject({ name: 'ann' });
  });

  it('sends a certificate away of which one method has two dots', async () => {
    const call = await as(await issued({ name: 'ann', methods: ['*.*', 'A.b.c'] }));
    await expect(call('Test.Open')).rejects.toMatchObject({ code: 'CERTIFICATE_REFUSED' });
  });

  it('calls whoever has no name by that of the authority that signed', async () => {
    const call = await as(await issued({ name: '' }));
    expect(await call('Test.Public')).toEqual({ name: 'CA', groups: [] });
    await expect(call('Test.Granted')).rejects.toMatchObject(refused);
  });

  it('does not let callers in plain text call what is public', async () => {
    const { address } = await serve({ methods, tls });
    const client = new SrpcClient(daemonKinds.unpacker, { address, tls: 'plain-text' });
    const call = (name: string) => ask(client, name, {}, { timeoutMs: 5_000, decode: (reply) => reply });
    expect(await call('Test.Open')).toEqual({ name: '', groups: [] });
    await expect(call('Test.Public')).rejects.toMatchObject(refused);
  });
});

describe('a certificate with one between it and the authority', () => {
  it('is trusted, and has the grants of both', async () => {
    const between = await authority.issueAuthority({ name: 'between', methods: ['Test.Granted'] });
    const call = await as(await between.issue({ name: 'ann', methods: ['Other.Method'] }));
    expect(await call('Test.Granted')).toMatchObject({ name: 'ann' });
    const withoutGrants = await authority.issueAuthority({ name: 'between' });
    const powerless = await as(await withoutGrants.issue({ name: 'ann', methods: ['Other.Method'] }));
    await expect(powerless('Test.Granted')).rejects.toMatchObject(refused);
  });

  it('[S8] grants nothing beside an authority for identities, as its issuer is not the main one', async () => {
    const between = await authority.issueAuthority({ name: 'between' });
    const identityCa = (await createAuthority('identities')).ca;
    const call = await as(await between.issue({ name: 'ann', methods: ['*.*'] }), { ...tls, identityCa });
    expect(await call('Test.Public')).toMatchObject({ name: 'ann' });
    await expect(call('Test.Granted')).rejects.toMatchObject(refused);
  });
});
