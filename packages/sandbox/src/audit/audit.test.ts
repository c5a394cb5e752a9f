import { VirtualClock } from '@ami-publisher/base';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CaptureRecord } from '../model/records.js';
import { RegionState } from '../model/region-state.js';
import { audit } from './audit.js';

let state: RegionState;

beforeEach(() => {
  state = new RegionState('111111111111', 'us-east-1', new VirtualClock());
});

const tagsOf = (publication: string, more: Record<string, string> = {}) =>
  new Map(Object.entries({ 'ami-publisher:publication': publication, ...more }));

const addSnapshot = (id: string, publication: string, held: string | undefined = 'digest'): void => {
  const content =
    held === undefined ? undefined : { stream: 's', leaf: '1', manifestDigest: held, generation: 1 };
  state.snapshots.insert({ id, state: 'completed', content, tags: tagsOf(publication) } as never);
};

const addImage = (id: string, publication: string, snapshotId: string, labelled = 'digest'): void => {
  state.images.insert({
    id,
    properties: { RootDeviceName: '/dev/xvda' },
    blockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshotId } }],
    tags: tagsOf(publication, { 'ami-publisher:stream': 's', 'ami-publisher:manifest-digest': labelled }),
  } as never);
};

const addVolume = (
  id: string,
  publication: string,
  instanceId?: string,
  ...captures: CaptureRecord[]
): void => {
  state.volumes.insert({
    id,
    state: instanceId === undefined ? 'available' : 'in-use',
    attachment: instanceId === undefined ? undefined : { instanceId },
    captures,
    tags: tagsOf(publication, { 'ami-publisher:stream': 's' }),
  } as never);
};

const orphans = (options = {}): string[] => audit([state], options).orphans.map(({ id }) => id);

describe('The audit', () => {
  test('[AUDIT-1] Finds nothing after a publication as it should be', () => {
    addSnapshot('snap-1', 'p1');
    addImage('ami-1', 'p1', 'snap-1');
    addVolume('vol-1', 'p1', 'i-1');
    expect(audit([state], {})).toEqual({ orphans: [], duplicates: [], mislabels: [] });
  });

  test('[AUDIT-1] A snapshot of a publication that no AMI has is an orphan, unless the publication goes on', () => {
    addSnapshot('snap-1', 'p1');
    expect(audit([state], {}).orphans).toEqual([
      {
        accountId: '111111111111',
        region: 'us-east-1',
        id: 'snap-1',
        publication: 'p1',
        reason: 'no AMI has it',
      },
    ]);
    expect(orphans({ open: ['p1'] })).toEqual([]);
  });

  test('[AUDIT-1] Leaves alone what no publication has tagged', () => {
    state.snapshots.insert({ id: 'snap-1', tags: new Map() } as never);
    state.volumes.insert({ id: 'vol-1', tags: new Map() } as never);
    expect(orphans()).toEqual([]);
  });

  test('[AUDIT-1] A volume without an instance is an orphan, and so is one whose place another has taken', () => {
    addVolume('vol-loose', 'p1');
    addVolume('vol-old', 'p1', 'i-1', { publication: 'p1', generation: 1 });
    addVolume('vol-new', 'p2', 'i-1', { publication: 'p2', generation: 2 });
    addVolume('vol-elsewhere', 'p2', 'i-2', { publication: 'p2', generation: 1 });
    expect(orphans()).toEqual(['vol-loose', 'vol-old']);
    expect(orphans({ open: ['p1'] })).toEqual([]);
  });

  test('[AUDIT-1] A volume that an open publication has replaced and may be about to delete is none', () => {
    addSnapshot('snap-2', 'p2');
    addImage('ami-2', 'p2', 'snap-2');
    addVolume('vol-loose', 'p1');
    addVolume('vol-old', 'p1', 'i-1', { publication: 'p1', generation: 1 });
    addVolume('vol-new', 'p3', 'i-1', { publication: 'p3', generation: 2 });
    expect(orphans({ open: ['p2'] })).toEqual([]);
    expect(orphans({ open: ['p1'] })).toEqual([]);
    expect(orphans()).toEqual(['vol-loose', 'vol-old']);
  });

  test('[AUDIT-1] A publication that was rolled back leaves only volumes that others have used since', () => {
    addSnapshot('snap-1', 'p1');
    addImage('ami-1', 'p1', 'snap-1');
    addVolume('vol-1', 'p1', 'i-1');
    addVolume(
      'vol-2',
      'p1',
      'i-2',
      { publication: 'p2', generation: 1 },
      { publication: 'p1', generation: 2 },
    );
    expect(orphans({ rolledBack: ['p1'] })).toEqual(['ami-1', 'snap-1', 'vol-1']);
  });

  test('[AUDIT-2] Two AMIs or snapshots of a publication in a target are duplicates, those of two publications not', () => {
    addSnapshot('snap-1', 'p1');
    addSnapshot('snap-2', 'p1');
    addSnapshot('snap-3', 'p2');
    addImage('ami-1', 'p1', 'snap-1');
    addImage('ami-2', 'p1', 'snap-2');
    addImage('ami-3', 'p2', 'snap-3');
    const place = { accountId: '111111111111', region: 'us-east-1', publication: 'p1' };
    expect(audit([state], {}).duplicates).toEqual([
      { ...place, kind: 'image', ids: ['ami-1', 'ami-2'] },
      { ...place, kind: 'snapshot', ids: ['snap-1', 'snap-2'] },
    ]);
  });

  test.each([
    ['other', 'other'],
    [undefined, undefined],
  ])('[AUDIT-3] An AMI whose snapshot held %s is mislabelled', (held, found) => {
    addSnapshot('snap-1', 'p1', held as never);
    if (held === undefined) state.snapshots.update('snap-1', { content: undefined });
    addImage('ami-1', 'p1', 'snap-1');
    expect(audit([state], {}).mislabels).toMatchObject([{ id: 'ami-1', labelled: 'digest', held: found }]);
  });
});
