// One simulated publication over a fleet, in a process of its own, so that its memory can be told:
//   node bench/scale-run.mjs '{"accounts":50,"regions":["us-east-1"],"streams":1,"pollMs":null}' RECORD_FILE
// Prints what the publisher took; writes, for bound.mjs, what the cloud took.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { VirtualClock } from '@ami-publisher/base';
import { MemoryJournalStore, Publisher, UnpackerFleet } from '@ami-publisher/core';
import { defaultUnpackerFigures, ModelCloud, readLatencyFile } from '@ami-publisher/sandbox';

const [request, recordFile] = process.argv.slice(2);
const { accounts, regions, streams, pollMs } = JSON.parse(request);
/** A region sends as much for one stream as for eight, so that both run as long. */
const contentBytes = (2 * 2 ** 30) / streams;
/** The shortest times of requests; a bound asks for no more than a few. */
const requestsKept = 32;

/** By kind, the times that a bound asks for, each by the id of what took it. */
const newResources = () => ({
  createVolumeMs: new Map(),
  attachVolumeMs: new Map(),
  completeSnapshotMs: new Map(),
  registerImageMs: new Map(),
});
const byTarget = new Map();
const recordOf = ({ accountId, region }) => {
  const key = `${accountId}/${region}`;
  if (!byTarget.has(key)) byTarget.set(key, { accountId, region, apiMs: [], resources: newResources() });
  return byTarget.get(key);
};
const onTime = (time) => {
  const record = recordOf(time);
  if (time.kind !== 'apiMs') {
    record.resources[time.kind]?.set(time.resourceId, time.ms);
    return;
  }
  record.apiMs.push(time.ms);
  if (record.apiMs.length > 2 * requestsKept)
    record.apiMs = record.apiMs.sort((a, b) => a - b).slice(0, requestsKept);
};

const clock = new VirtualClock();
const cloud = new ModelCloud({
  accounts: Array.from({ length: accounts }, (_, index) => ({
    id: String(100_000_000_000 + index),
    name: `account-${String(index).padStart(2, '0')}`,
  })),
  regions,
  clock,
  quotas: 'documented',
  seed: 'scale',
  latency: await readLatencyFile(fileURLToPath(new URL('latencies.json', import.meta.url))),
  onTime,
  ...(pollMs !== null && { pacing: () => pollMs }),
});
const names = Array.from({ length: streams }, (_, index) => `base/stream-${index + 1}`);
for (const stream of names) cloud.images.add({ stream, leaf: '1', contentBytes });
await clock.runUntil(cloud.addUnpackers());
const publisher = new Publisher({
  cloud,
  fleet: new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient }),
  images: cloud.images,
  journals: new MemoryJournalStore(),
});
const targets = await clock.runUntil(cloud.resolveTargets('*,*'));
const plannedAt = clock.now();
const plans = await clock.runUntil(
  Promise.all(names.map((stream) => publisher.plan({ stream, leaf: '1', targets }))),
);
const startedAt = clock.now();
const publications = plans.map((plan) => publisher.start(plan));
// Somebody looks at the events, as the command line does.
const look = async ({ events }) => {
  for await (const _event of events);
};
const looking = Promise.all(publications.map(look));
const results = await clock.runUntil(Promise.all(publications.map((publication) => publication.results)));
const makespanMs = clock.now() - startedAt;
await looking;
const all = results.flatMap(({ targets: ended }) => ended);
const failed = all.filter(({ status }) => status !== 'published');
if (failed.length > 0) console.error(failed.slice(0, 3));

/** What each publication made, from the cloud's own books. */
const madeIn = async ({ accountId, region, apiMs, resources }) => {
  const { images, snapshots } = await cloud.model.inventory(accountId, region);
  const snapshotOf = new Map(snapshots.map((snapshot) => [snapshot.SnapshotId, snapshot]));
  return {
    target: `${accountId},${region}`,
    region,
    apiMs: apiMs.sort((a, b) => a - b).slice(0, requestsKept),
    publications: images.map(({ ImageId, BlockDeviceMappings }) => {
      const { SnapshotId, VolumeId } = snapshotOf.get(BlockDeviceMappings[0].Ebs.SnapshotId);
      return {
        bytes: contentBytes,
        createVolumeMs: resources.createVolumeMs.get(VolumeId),
        attachVolumeMs: resources.attachVolumeMs.get(VolumeId),
        completeSnapshotMs: resources.completeSnapshotMs.get(SnapshotId),
        registerImageMs: resources.registerImageMs.get(ImageId),
      };
    }),
  };
};
const { callMs, sealMs, serverBytesPerSecond } = defaultUnpackerFigures;
const record = {
  unpacker: { callMs, sealMs },
  serverBytesPerSecond,
  targets: await Promise.all([...byTarget.values()].map(madeIn)),
};
await writeFile(recordFile, JSON.stringify(record));
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({
    targets: all.length,
    failed: failed.length,
    planMs: startedAt - plannedAt,
    makespanMs,
    cpuSeconds: (user + system) / 1e6,
    rssMiB: process.resourceUsage().maxRSS / 1024,
    audit: cloud.model.audit(),
    calls: Object.values(cloud.model.calls.counts()).reduce((sum, count) => sum + count, 0),
    throttled: cloud.model.calls.list({ error: 'RequestLimitExceeded' }).length,
  }),
);
