import type { AmiPublisherError } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import type { StepProgress } from '../../steps/step.js';
import { StreamLog } from './stream-log.js';

const follow = () => {
  let now = 0;
  let completed = 0;
  const progress: StepProgress[] = [];
  const reasons: AmiPublisherError[] = [];
  const log = new StreamLog({
    stream: 'base/debian',
    clock: { now: () => now, sleep: async () => {} },
    onProgress: (one) => progress.push(one),
    onVainWait: (reason) => reasons.push(reason),
    onComplete: () => {
      completed += 1;
    },
  });
  const take = (afterMs: number, line: string): void => {
    now += afterMs;
    log.take(line);
  };
  return { log, take, progress, reasons, completed: () => completed };
};

describe('the log of a stream', () => {
  it('tells phases and counts, with and without the time in front', () => {
    const { log, take, progress } = follow();
    take(0, '2026/11/22 06:27:50 Initiating scan(base/debian)');
    take(0, 'Fetching(base/debian/1) 12 objects');
    take(0, '2026/11/22 06:27:51.5 Update(base/debian/1) starting');
    take(0, 'Made directory: /etc');
    take(0, 'Changed inode: /etc/version');
    take(0, 'Preparing for capture(base/debian) on xvdf with label: rootfs@1');
    take(0, 'something else');
    expect(progress).toEqual([
      { phase: 'scan' },
      { phase: 'fetch', filesTotal: 12 },
      { phase: 'update' },
      { phase: 'update', filesDone: 1 },
      { phase: 'update', filesDone: 2 },
      { phase: 'seal' },
    ]);
    expect(log.counts).toEqual({ filesWritten: 1, filesRemoved: 0, metadataChanged: 1 });
  });

  it('tells bytes where the unpacker is one of ours', () => {
    const { take, progress } = follow();
    take(0, 'Progress(base/debian) 1/2 files, 3/4 bytes');
    expect(progress).toEqual([{ phase: '', filesDone: 1, filesTotal: 2, bytesDone: 3, bytesTotal: 4 }]);
  });

  it('tells what an update has changed, but for the note that the daemon leaves of each', () => {
    const { log, take, completed } = follow();
    take(0, 'Delete(base/debian/1): /var/lib/initial-image');
    take(0, 'Fetching(base/debian/1) 1 objects');
    take(0, 'Made inode: /var/lib/initial-image from: 00');
    take(0, 'Deleted: /var/lib');
    take(0, '2026/11/22 06:27:51 Update(base/debian/1) completed in 4ms');
    expect(log.work).toEqual({ changes: 0, firstChange: undefined, isComplete: true });
    const other = follow();
    other.take(0, 'Changed inode: /var/lib');
    other.take(0, 'Deleted: /var/lib/other');
    expect(other.log.work).toEqual({
      changes: 2,
      firstChange: 'Changed inode: /var/lib',
      isComplete: false,
    });
    expect([completed(), other.completed()]).toEqual([1, 0]);
  });

  it.each([
    ['0 files written, 0 removed, 0 with other metadata', 0],
    ['2 files written, 1 removed, 3 with other metadata', 6],
  ])('tells what an unpacker of ours says in the end: %s', (what, changes) => {
    const { log, take } = follow();
    const line = `UnpackImage(base/debian) succeeded at 2026-11-22T06:27:51.123Z: ${what}`;
    take(0, line);
    const firstChange = changes === 0 ? undefined : line;
    expect(log.work).toEqual({ changes, firstChange, isComplete: true });
  });

  it('ends the wait for an image that does not come, and no other', () => {
    const { take, reasons } = follow();
    take(0, 'Image: base/debian/1 not ready yet');
    take(119_000, 'Error connecting to image server: refused');
    take(0, 'Fetching(base/debian/1) 12 objects');
    take(60_000, 'Image: base/debian/1 not ready yet');
    expect(reasons).toEqual([]);
    take(120_000, 'Image: base/debian/1 not ready yet');
    expect(reasons).toMatchObject([
      { code: 'IMAGE_NOT_FOUND', message: expect.stringContaining('not ready') },
    ]);
  });
});
