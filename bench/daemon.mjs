import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/**
 * Starts a daemon as a process of its own and waits until it says where it listens.
 *
 * @param options.profileDirectory where it leaves a CPU profile at its end; none without.
 * @param options.prefix program and arguments that run it, such as `unshare --mount`.
 */
export const startDaemon = async (program, flags, { profileDirectory, prefix = [] } = {}) => {
  const profiling =
    profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
  const [file, ...args] = [...prefix, process.execPath, ...profiling, program, ...flags];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'close');
  const first = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  if (typeof first[0] !== 'string') throw new Error(`${program} ended with code ${first[0]}`);
  return {
    address: JSON.parse(first[0]).listening,
    /** The most memory that it has had resident so far, bytes. */
    peakMemory: async () => {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)[1]) * 1024;
    },
    /** Time of processors that it has had so far, ms. Linux counts it in hundredths of a second. */
    processorTime: async () => {
      const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8');
      // The name, in brackets, may have blanks.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) * 10;
    },
    stop: async () => {
      child.kill();
      await exited;
    },
  };
};
