import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { run } from './measure.mjs';

/** What figures depend on, as one sentence; the load is that of before, when called before. */
export const describeMachine = async (directory = tmpdir()) => {
  const [{ model }] = cpus();
  const fileSystem = (await run('df', ['--output=fstype', directory])).split('\n')[1];
  const gib = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} cores (${model}), ${gib} GiB, Linux ${release()}, ${fileSystem}, Node ${process.version}, load ${loadavg()[0].toFixed(1)} before.`;
};
