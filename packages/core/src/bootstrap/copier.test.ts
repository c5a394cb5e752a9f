import { AmiPublisherError, silentLogger, VirtualClock } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import type { ChangeContext } from '../operations/command.js';
import { copierDone } from './copier.js';

const copier = { instanceId: 'i-1', volumeId: 'vol-1' };
const said = `ami-publisher copier vol1: copied bytes=1 sha256=${'0'.repeat(64)}\n`;
const never = new Promise<string>(() => {});

/** A copier that has stopped, and whose console shows after some time. */
const stopped = (console: string, afterMs = 0) => {
  const clock = new VirtualClock();
  const shownAt = clock.now() + afterMs;
  let asked = 0;
  const context = {
    clock,
    logger: silentLogger,
    signal: new AbortController().signal,
    services: {
      poller: { wait: async () => ({}) },
      ec2: {
        getConsoleOutput: async () => {
          asked += 1;
          const text = clock.now() >= shownAt ? console : '';
          return { Output: Buffer.from(text).toString('base64') };
        },
      },
    },
  };
  return { asked: () => asked, clock, context: context as unknown as ChangeContext };
};

describe('a copier that has stopped', () => {
  it('is asked until its console shows', async () => {
    const { clock, context } = stopped(said, 4 * 60_000);
    const begun = clock.now();
    const report = await clock.runUntil(copierDone(context, copier, never));
    expect(report).toEqual({ copied: { sizeBytes: 1, sha256: '0'.repeat(64) } });
    expect(clock.now() - begun).toBe(4 * 60_000);
  });

  it('is given up after a quarter of an hour without a word', async () => {
    const { clock, context } = stopped('[ 0.0] Linux\n');
    const begun = clock.now();
    await expect(clock.runUntil(copierDone(context, copier, never))).rejects.toMatchObject({
      code: 'RESOURCE_FAILED',
      message: expect.stringContaining('its console does not say'),
    });
    expect(clock.now() - begun).toBe(15 * 60_000);
  });

  it('is asked no more once its volume could not be fetched', async () => {
    const { asked, clock, context } = stopped('');
    const cutOff = new AmiPublisherError('UNPACKER_FAILED', { message: 'cut off' });
    const fetched = clock.sleep(20_000).then(() => Promise.reject(cutOff));
    await expect(clock.runUntil(copierDone(context, copier, fetched))).rejects.toBe(cutOff);
    const before = asked();
    await clock.advance(10 * 60_000);
    expect(asked()).toBe(before);
  });
});
