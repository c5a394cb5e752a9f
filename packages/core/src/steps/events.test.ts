import { describe, expect, it } from 'vitest';
import { EventStream, type PublicationEvent } from './events.js';

const common = { at: '2026-11-22T00:00:00Z', publicationId: 'pub-1', target: 'a,b', step: 's', title: 'S' };
const progress = (percent: number): PublicationEvent => ({
  ...common,
  code: 'PUB3002',
  progress: { percent },
});
const finished: PublicationEvent = { ...common, code: 'PUB3003', durationMs: 1 };

const readAll = async (stream: EventStream): Promise<PublicationEvent[]> => {
  const events: PublicationEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
};

describe('an event stream', () => {
  it('gives events pushed before and while it is read', async () => {
    const stream = new EventStream();
    stream.push(finished);
    const reading = readAll(stream);
    await Promise.resolve();
    stream.push(progress(50));
    stream.end();
    expect(await reading).toEqual([finished, progress(50)]);
  });

  it('does not grow without bound when nobody reads, and drops progress first', async () => {
    const stream = new EventStream();
    stream.push(finished);
    for (let n = 0; n < 20_000; n++) stream.push(progress(n));
    stream.end();
    const events = await readAll(stream);
    expect(events.length).toBeLessThanOrEqual(10_000);
    expect(events[0]).toEqual(finished);
    expect(events.at(-1)).toEqual(progress(19_999));
  });

  it('drops the oldest when it is not progress that fills it', async () => {
    const stream = new EventStream();
    for (let n = 0; n < 25_000; n++) stream.push({ ...finished, durationMs: n } as PublicationEvent);
    stream.end();
    const events = await readAll(stream);
    expect(events.length).toBeLessThanOrEqual(10_000);
    expect(events.at(-1)).toMatchObject({ durationMs: 24_999 });
  });
});
