import { VirtualClock } from '@ami-publisher/base';
import { createImageServerClient, type Role } from '@ami-publisher/protocol';
import { daemonKinds, SrpcClient, SrpcImageServer, SrpcObjectServer } from '@ami-publisher/srpc';
import { describe, expect, it, onTestFinished } from 'vitest';
import { greeted, greetedOverTls, talkTo } from '../../srpc/test/support/raw-peer.js';
import { addRecordedImages, emptyManifest } from './support/recorded-images.js';
import { type SecuredServer, serveSecurely } from './support/secured-server.js';
import { serve } from './support/server.js';
import { temporaryDirectory } from './support/temporary-directory.js';
import { sha512 } from './support/trees.js';

const name = { stream: 'base/debian', leaf: '1' };
const kernel = sha512(Buffer.from('kernel\n'));

/** The calls of ours over SRPC, with the certificate of a role. */
const dial = async ({ address, as }: SecuredServer, role: Role) => {
  const { ca, cert, key } = await as(role);
  const client = new SrpcClient(daemonKinds.imageServer, {
    address,
    tls: { ca, pairs: [{ name: role, cert, key }] },
  });
  onTestFinished(() => client.close());
  return { images: new SrpcImageServer(client), objects: new SrpcObjectServer(client) };
};

describe('an image server', () => {
  it('is looked up by clients of ours over SRPC, and by others over gRPC and HTTP on the same port', async () => {
    const server = await serveSecurely();
    await addRecordedImages(server.sink);
    const { images } = await dial(server, 'reader');
    expect(await images.hasImage('base/test/v1')).toBe(true);
    expect(await images.hasImage('../v1')).toBe(false);
    expect(await images.hasDirectory('base')).toBe(true);
    expect(await images.hasDirectory('base/te')).toBe(false);
    expect(await images.findLatest('base/test')).toBe('base/test/v2');
    expect(await images.findLatest('base/test', { ignoreExpiring: true })).toBe('base/test/v1');
    expect(await images.findLatest('base/test', { tags: { k: ['v'] } })).toBeUndefined();
    expect(await images.imagesIn('base/te')).toEqual([]);
    expect(await images.imagesIn('base/test/', { tags: { k: ['v'] } })).toEqual([]);
    expect(await images.images()).toHaveLength(8);
    expect(await images.usageOf('base/test/v1')).toBe(24_640);
    expect(await images.expiryOf('base/test/v2')).toBeInstanceOf(Date);
    await expect(images.expiryOf('base/test/v3')).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
    expect((await images.image('base/test/v1'))?.createdAt).toBeInstanceOf(Date);
    const rpc = createImageServerClient({ address: server.address, tls: await server.as('reader') });
    onTestFinished(() => rpc.close());
    const { usageBytes } = await rpc.getImage({ name: { stream: 'base/test', leaf: 'v1' } });
    expect(Number(usageBytes) - 4096).toBe(24_640);
  });

  it('lets certificates call what they grant, and everybody whom it trusts look images up', async () => {
    const server = await serveSecurely();
    await addRecordedImages(server.sink);
    const [reader, operator] = [await dial(server, 'reader'), await dial(server, 'operator')];
    expect(await operator.objects.sizesOf([kernel])).toEqual([7]);
    expect(await reader.images.hasImage('base/clean/v1')).toBe(true);
    await expect(reader.objects.sizesOf([kernel])).rejects.toMatchObject({
      code: 'ROLE_REFUSED',
      message: expect.stringContaining('access to method denied'),
    });
    const powerless = await greetedOverTls(
      server.address,
      await server.as('operator'),
      '?doNotUseMethodPowers=true',
    );
    powerless.socket.write('ObjectServer.CheckObjects\n');
    expect(await powerless.hears('\n')).toBe('access to method denied\n');
    powerless.socket.write('ImageServer.CheckImage\n');
    expect(await powerless.hears('\n')).toBe('\n');
    const plain = talkTo(server.address);
    plain.socket.write('CONNECT /_SRPC_/unsecured/JSON HTTP/1.0\n\n');
    expect(await plain.ends()).toMatch(/^HTTP\/1\.0 405 /);
  });

  it.each(['/_go_TLS_SRPC_/', '/_goSRPC_/'])(
    '[S1] answers %s with 404, so that clients of Go go over to JSON',
    async (path) => {
      const { address } = await serveSecurely();
      const peer = talkTo(address);
      peer.socket.write(`CONNECT ${path} HTTP/1.0\n\n`);
      expect(await peer.ends()).toMatch(/^HTTP\/1\.0 404 /);
    },
  );

  it('gives an image to who waits for it as soon as it is there', async () => {
    const { address, sink } = await serve(temporaryDirectory());
    const peer = await greeted(address);
    peer.socket.write('ImageServer.GetImage\n');
    await peer.hears('\n');
    peer.socket.write('{"ImageName":"base/debian/1","IgnoreFilesystem":true,"Timeout":30000000000}\n');
    await sink.addImage({ ...name, leaf: '0' }, emptyManifest);
    await sink.addImage(name, emptyManifest);
    expect(await peer.hearsLines(2)).toMatch(/^\n\{"Image":\{"BuildBranch":"",.*"CreatedBy":"local",.*\}\n$/);
  });

  it('tells what has expired, and nothing of what is to expire to who asks so', async () => {
    const clock = new VirtualClock(Date.now());
    const { address, sink } = await serve({ dataDir: temporaryDirectory(), clock });
    const expiresAt = new Date(clock.now() + 5_000);
    await sink.addImage(name, emptyManifest, { expiresAt });
    const [all, lasting] = [await greeted(address), await greeted(address)];
    all.socket.write('ImageServer.GetImageUpdates\n');
    expect(await all.hearsLines(6)).toContain('"Name":"base/debian/1","Directory":null,"Operation":0');
    lasting.socket.write('ImageServer.GetFilteredImageUpdates\n');
    await lasting.hears('\n');
    lasting.socket.write('{"IgnoreExpiring":true}');
    expect(await lasting.hearsLines(4)).not.toContain('base/debian/1');
    const told = all.hearsLines(3);
    for (let steps = 0; steps < 4; steps += 1) await clock.advance(5_000);
    expect((await told).split('\n')).toEqual([
      '{"Name":"base/debian/1","Directory":null,"Operation":1}',
      '{"Name":"base/debian","Directory":null,"Operation":3}',
      '{"Name":"base","Directory":null,"Operation":3}',
      '',
    ]);
  });

  it('ends the calls that would go on for ever when it stops', async () => {
    // Far longer than the test may take.
    const { address, close } = await serve({ dataDir: temporaryDirectory(), stopGraceMs: 600_000 });
    const [waiting, watching] = [await greeted(address), await greeted(address)];
    waiting.socket.write('ImageServer.GetImage\n');
    await waiting.hears('\n');
    waiting.socket.write('{"ImageName":"a/b","Timeout":30000000000}');
    watching.socket.write('ImageServer.GetFilteredImageUpdates\n');
    await watching.hears('\n');
    watching.socket.write('{"IgnoreExpiring":true}');
    await watching.hearsLines(2);
    await close();
    expect(await waiting.ends()).toBe('the image server is being stopped\n');
    expect(await watching.ends()).toBe('');
  });
});

describe('what an image server cannot make sense of', () => {
  /** One connection. @returns what it hears after the call was let in, and after its request */
  const ask = async (address: string, method: string, request: string): Promise<string> => {
    const peer = await greeted(address);
    peer.socket.write(`${method}\n`);
    expect(await peer.hears('\n')).toBe('\n');
    peer.socket.write(request);
    const answer = await peer.hears('\n');
    peer.socket.destroy();
    return answer;
  };

  it('is told to the caller, and does not keep it from serving others', async () => {
    const { address, sink } = await serve(temporaryDirectory());
    await sink.addImage(name, emptyManifest);
    const image = '{"ImageName":"base/debian/1"}';
    expect(await ask(address, 'ImageServer.CheckImage', '{"ImageName":7}')).toBe(
      'ImageName: Invalid input: expected string, received number\n',
    );
    expect(await ask(address, 'ImageServer.CheckImage', '{"ImageName":}')).toBe(
      'not a JSON value: "{\\"ImageName\\":}"\n',
    );
    expect(await ask(address, 'ImageServer.CheckImage', '[]')).toBe('a request is no JSON object\n');
    expect(await ask(address, 'ObjectServer.CheckObjects', '{"Hashes":["../../image.json"]}')).toBe(
      'Hashes.0: 128 lower-case hex digits\n',
    );
    expect(await ask(address, 'ImageServer.GetImage', image)).toMatch(
      /^the tree of an image is not served over SRPC.*`ami-publisher image show --entries`/,
    );
    expect(
      await ask(address, 'ImageServer.GetObjectStatisticsForImages', '{"ImageNames":["a/b"]}'),
    ).toContain('"Error":"image not found: a/b"');
    const nulls = '{"DirectoryName":"base/debian","TagsToMatch":null,"BuildCommitId":null}';
    expect(await ask(address, 'ImageServer.FindLatestImage', nulls)).toBe(
      '\n{"ImageName":"base/debian/1","Error":""}\n',
    );
  });

  it('ends its connection when it is too long, or cut off', async () => {
    const { address } = await serve(temporaryDirectory());
    const [line, value, cut] = [await greeted(address), await greeted(address), await greeted(address)];
    line.socket.write('x'.repeat(2_000));
    expect(await line.ends()).toBe('a line is longer than 1024 bytes\n');
    value.socket.write('ImageServer.CheckImage\n');
    await value.hears('\n');
    value.socket.write(`{"ImageName":"${'x'.repeat(1_100_000)}`);
    expect(await value.ends()).toBe('a request is longer than 1048576 bytes\n');
    cut.socket.write('ImageServer.CheckImage\n');
    await cut.hears('\n');
    cut.socket.end('{"ImageName":"base/de');
    expect(await cut.ends()).toBe('');
  });

  it.each([
    ['ImageServer.AddImage', 'not served over SRPC: add images with `ami-publisher image add`\n'],
    ['ObjectServer.GetObjects', 'not served over SRPC: read images with `ami-publisher image unpack`\n'],
    ['ImageServer.Unheard', 'ImageServer: unknown method: Unheard\n'],
    ['.LocalUpgradeToUnix', 'unknown service: \n'],
  ])('is refused before anything is sent, as %s, and the next call is answered', async (method, refusal) => {
    const { address } = await serve(temporaryDirectory());
    const peer = await greeted(address);
    peer.socket.write(`${method}\n`);
    expect(await peer.hears('\n')).toBe(refusal);
    peer.socket.write('ImageServer.ListImages\n');
    expect(await peer.hearsLines(2)).toBe('\n\n');
  });
});
