import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Rig } from './rig.mjs';

const at = process.env.AT ?? '/dev/shm';
const d = await mkdtemp(`${at}/bench-scratch-`);
const rig = await Rig.start(
  d,
  ['/tmp/bench-work/demo/trees/1', '/tmp/bench-work/demo/trees/2'],
  process.env.PROF,
);
const N = Number(process.env.N ?? 1);
const pidOf = (what) =>
  execFileSync('pgrep', ['-P', String(process.pid), '-f', what], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .at(-1);
const cpu = (pid) => {
  const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(f[11]) + Number(f[12])) * 10;
};
const out = [];
const server = pidOf('imageserver.js');
for (let r = 0; r < N; r++) {
  const u = await rig.startUnpacker(`a${r}`);
  const pid = pidOf('image-unpacker.js');
  const line = [];
  for (const k of process.env.K ?? 'cw') {
    const v = await u.attachVolume();
    for (const rel of [0, 1].slice(0, Number(process.env.R ?? 2))) {
      if (at !== '/dev/shm') execFileSync('sync');
      const before = [cpu(pid), cpu(server)];
      const t0 = performance.now();
      await v.unpack(rel);
      line.push([performance.now() - t0, cpu(pid) - before[0], cpu(server) - before[1]]);
      void k;
    }
    await v.detach();
  }
  out.push(line);
  await u.stop();
}
await rig.stop();
if (at === '/dev/shm') await rm(d, { recursive: true });
const med = (a) => a.toSorted((x, y) => x - y)[a.length >> 1].toFixed(0);
console.log(
  'wall/cpu/server',
  out[0].map((_, i) => [0, 1, 2].map((j) => med(out.map((l) => l[i][j]))).join('/')).join('  '),
);
