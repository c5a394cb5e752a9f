import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * Starts a daemon as a process of its own and waits until it says where it listens.
 *
 * @param options.profileDirectory where it leaves a CPU profile at its end; none without.
 */
export const startDaemon = async (program, flags, { profileDirectory } = {}) => {
  const profiling =
    profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
  const child = spawn(process.execPath, [...profiling, program, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'close');
  const first = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  if (typeof first[0] !== 'string') throw new Error(`${program} ended with code ${first[0]}`);
  return {
    address: JSON.parse(first[0]).listening,
    stop: async () => {
      child.kill();
      await exited;
    },
  };
};
