import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GrpcImageSink, ingestDirectory } from '@ami-publisher/image';
import { type RunningImageServer, startImageServer } from '@ami-publisher/imageserver';
import { createImageServerClient, createUnpackerClient } from '@ami-publisher/protocol';
import { type RunningUnpacker, startUnpacker } from '@ami-publisher/unpacker';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  keepScreenshot,
  launchBrowser,
  openPage,
  overflow,
  seriousFindings,
  views,
} from './support/browser.js';
import { HaltingRelay } from './support/halting-relay.js';

const stream = `base/${'a-name-that-nobody-would-choose-but-that-is-allowed-'.repeat(3)}12`;
const holder = `"><img src=x onerror="alert('holder')"><script>alert('script')</script>`;
const volumeId = 'vol-0123456789abcdef0';
const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-browser-'));
const closing: (() => unknown)[] = [];

let browser: Browser;
let images: RunningImageServer;
let unpacker: RunningUnpacker;
let relay: HaltingRelay;
let updated: Promise<unknown>;

/** Real daemons in the middle of an update and of an ingest, after an operation that failed. */
beforeAll(async () => {
  browser = await launchBrowser();
  images = await startImageServer({ dataDir: join(directory, 'images') });
  const imageClient = createImageServerClient({ address: images.address });
  closing.push(() => imageClient.close());
  const root = join(directory, 'tree');
  mkdirSync(root);
  for (let i = 0; i < 64; i++) writeFileSync(join(root, `file-${i}`), randomBytes(256 * 1024));
  const sink = new GrpcImageSink(imageClient);
  for (const leaf of ['1', '2', '3', '4', '2026-11-22T23.59.59-with-a-rather-long-leaf-name']) {
    await ingestDirectory({ root, name: { stream, leaf }, sink });
  }
  const { image } = await ingestDirectory({ root, name: { stream: 'base/debian', leaf: '1' }, sink });

  relay = new HaltingRelay(images.address, 8 * 1024 * 1024);
  unpacker = await startUnpacker({
    port: 0,
    stateDirectory: join(directory, 'state'),
    devicesDirectory: attachedVolume(),
    imageServer: await relay.listen(),
    imageWaitMs: 0,
  });
  const client = createUnpackerClient({ address: unpacker.address });
  closing.push(() => client.close());
  const lease = await leaseOn(client, stream);
  await client.addDevice({ deviceId: volumeId, lease });
  const missing = { lease, operationId: 'missing', leaf: 'not-there', manifestDigest: 'a'.repeat(128) };
  await expect(drain(client.unpackImage(missing))).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  await leaseOn(client, 'base/debian');
  const { manifestDigest } = image;
  updated = drain(client.unpackImage({ lease, operationId: 'u1', leaf: '1', manifestDigest }));
  updated.catch(() => {});
  void imageClient.addObjects(neverEnding()).catch(() => {});
  await vi.waitFor(async () => expect(await bytesDone()).toBeGreaterThan(0), { timeout: 20_000 });
});
afterAll(async () => {
  await relay.close();
  for (const close of closing) close();
  await unpacker.close();
  await images.close();
  await browser.close();
  rmSync(directory, { recursive: true });
});

/** How far the running operations are, in bytes. */
const bytesDone = async (): Promise<number> => {
  const answer = await fetch(`http://${unpacker.address}/status.json`);
  const { streams } = (await answer.json()) as { streams: { operation?: { bytesDone: number } }[] };
  return streams.reduce((sum, { operation }) => sum + (operation?.bytesDone ?? 0), 0);
};

const attachedVolume = (): string => {
  const [volume, devices] = [join(directory, volumeId, 'content'), join(directory, 'devices')];
  mkdirSync(volume, { recursive: true });
  mkdirSync(devices);
  writeFileSync(join(volume, '../volume.json'), '{"sizeBytes": 1073741824}');
  symlinkSync(volume, join(devices, `nvme-Amazon_Elastic_Block_Store_${volumeId.replace('-', '')}`));
  return devices;
};

const leaseOn = async (client: ReturnType<typeof createUnpackerClient>, name: string) => {
  await client.createStream({ stream: name });
  const { epoch } = await client.acquireLease({ stream: name, publication: 'pub-1', holder, ttlMs: 600_000 });
  return { stream: name, publication: 'pub-1', epoch };
};

const drain = async (messages: AsyncIterable<unknown>): Promise<void> => {
  for await (const _message of messages);
};

async function* neverEnding() {
  yield { parts: [] };
  await new Promise(() => {});
}

const pages = {
  unpacker: {
    address: () => unpacker.address,
    shows: ['fetching', 'of 16.0 MiB', 'not-there', "alert('holder')"],
  },
  imageserver: { address: () => images.address, shows: ['2 older', 'Ingests under way', '5 images'] },
} as const;

const cases = Object.entries(pages).flatMap(([name, page]) => views.map((view) => ({ name, ...page, view })));

describe('the status pages during an update', () => {
  it.each(cases)('$name at $view.width pixels, $view.colorScheme', async ({ name, address, shows, view }) => {
    const { page, faults, close } = await openPage(browser, `http://${address()}/`, view);
    const text = await page.textContent('body');
    for (const part of shows) expect(text).toContain(part);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await keepScreenshot(page, `${name}-${view.width}-${view.colorScheme}`);
    expect(await seriousFindings(page)).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  });

  it('follow the update to its end without being loaded again', async () => {
    const { page, faults, close } = await openPage(browser, `http://${unpacker.address}/`, views[0]!);
    await page.evaluate('window.loadedOnce = true');
    expect(await page.locator('progress').count()).toBe(1);
    relay.release();
    await updated;
    await page.locator('.badge', { hasText: 'unpacked' }).waitFor();
    expect(await page.locator('progress').count()).toBe(0);
    expect(await page.textContent('#connection')).toBe('live');
    expect(await page.evaluate('window.loadedOnce')).toBe(true);
    expect(faults).toEqual([]);
    await close();
  });

  it('say so when the daemon does not answer any more', async () => {
    const { page, close } = await openPage(browser, `http://${unpacker.address}/`, views[0]!);
    await page.route('**/*', (route) => route.abort());
    await page.locator('#connection[data-lost]').waitFor();
    expect(await page.textContent('#connection')).toMatch(/^no answer since 20/);
    await close();
  });
});
