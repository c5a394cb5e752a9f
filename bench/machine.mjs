import { cpus, release, tmpdir, totalmem } from 'node:os';
import { run } from './measure.mjs';

/** What figures depend on, as one sentence. */
export const describeMachine = async (directory = tmpdir()) => {
  const [{ model }] = cpus();
  const fileSystem = await run('stat', ['-f', '-c', '%T', directory]);
  const gib = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} cores (${model}), ${gib} GiB, Linux ${release()}, ${fileSystem.trim()}, Node ${process.version}.`;
};
