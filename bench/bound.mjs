// The least time in which a fleet could be published to, from what the cloud took: node bench/bound.mjs RECORD_FILE
//
// Imports nothing of ours. It is given the rate of the image servers, how long an unpacker takes to seal a volume and to answer a call, and what
// times the simulated cloud drew: of each volume, until it was created and attached; of each snapshot, until it was complete; of each AMI, until it
// was available; of the requests to each target, the shortest ones. It is told nothing of when the publisher did what.
//
//   bound = the bytes of the largest region over the rate of its image server + the other steps of the slowest target, run alone
//
// The other steps are those that no publisher can leave out, one after the other, without any waiting of its own: find the instance; create a
// volume and see it; attach it and see it; seal; snapshot and see it; register and see it. That is nine requests, taken as the nine shortest of the
// target, and four calls of the unpacker. Scans, leases, tags, look-ups and polls beyond these count as nothing.
//
// `strictMs` is tighter, and what a fleet whose transfers share a line evenly cannot go below: before its first byte a region waits for its quickest
// target only, and the last steps of a target begin at its own last byte. Since all transfers of a region are of one size, its last byte comes when
// the whole region has been sent, but for the targets that began first.
import { readFileSync } from 'node:fs';

const { unpacker, serverBytesPerSecond, targets } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const sum = (values) => values.reduce((total, value) => total + value, 0);
const most = (values) => values.reduce((largest, value) => Math.max(largest, value), 0);
const least = (values) => values.reduce((smallest, value) => Math.min(smallest, value), Infinity);

const requestsBefore = 5;
const requestsAfter = 4;

const before = ({ apiMs }, { createVolumeMs, attachVolumeMs }) =>
  sum(apiMs.slice(0, requestsBefore)) + createVolumeMs + attachVolumeMs + unpacker.callMs;
const after = ({ apiMs }, { completeSnapshotMs, registerImageMs }) =>
  sum(apiMs.slice(requestsBefore, requestsBefore + requestsAfter)) +
  unpacker.sealMs +
  3 * unpacker.callMs +
  completeSnapshotMs +
  registerImageMs;

const each = targets.flatMap((target) =>
  target.publications.map((publication) => ({
    region: target.region,
    bytes: publication.bytes,
    beforeMs: before(target, publication),
    afterMs: after(target, publication),
  })),
);
const regions = [...new Set(each.map(({ region }) => region))].map((region) => {
  const here = each.filter((one) => one.region === region);
  const bytesMs = (sum(here.map(({ bytes }) => bytes)) / serverBytesPerSecond) * 1000;
  return {
    bytesMs,
    strictMs:
      bytesMs + least(here.map(({ beforeMs }) => beforeMs)) + most(here.map(({ afterMs }) => afterMs)),
  };
});
const bytesMs = most(regions.map((region) => region.bytesMs));
const othersMs = most(each.map(({ beforeMs, afterMs }) => beforeMs + afterMs));
console.log(
  JSON.stringify({
    bytesMs,
    othersMs,
    boundMs: bytesMs + othersMs,
    strictMs: most(regions.map(({ strictMs }) => strictMs)),
  }),
);
