import { createServer } from 'node:net';
import type { InstanceMachine, InstanceProgram, ProgramExit } from '@ami-publisher/sandbox';

/** A program that answers every connection on port 6974 with its instance's id, and what became of it. */
export const echoProgram = () => {
  const started: InstanceMachine[] = [];
  const program: InstanceProgram = async (machine) => {
    started.push(machine);
    const server = createServer((socket) => socket.end(machine.instanceId));
    await new Promise<void>((resolve) => server.listen(6974, machine.address, resolve));
    let end: (exit: ProgramExit) => void = () => {};
    const exited = new Promise<ProgramExit>((resolve) => {
      end = resolve;
    });
    const close = (exit: ProgramExit) =>
      new Promise<void>((resolve) => server.close(() => resolve())).then(() => end(exit));
    return {
      exited,
      stop: () => close({ code: 0, signal: null }),
      kill: () => void close({ code: null, signal: 'SIGKILL' }),
    };
  };
  return { program, started };
};
