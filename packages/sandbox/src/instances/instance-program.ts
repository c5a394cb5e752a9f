import type { UserData } from '../model/ports.js';

/** The machine that a program runs on. */
export interface InstanceMachine {
  readonly account: string;
  readonly region: string;
  readonly instanceId: string;
  /** The instance's private address, one of this machine's loopback addresses. */
  readonly address: string;
  /** Folder of the instance; stays over stop and start. */
  readonly directory: string;
  /** Folder of the links that udev would make for attached volumes. */
  readonly devicesDirectory: string;
  /** What it is to run in place of the program of instances. */
  readonly userData: UserData | undefined;
  /** File with what it writes to its serial console. */
  readonly consoleFile: string;
}

/** How a program ended. */
export interface ProgramExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that is up. */
export interface RunningProgram {
  /** Asks it to end; resolves when it has. */
  stop(): Promise<void>;
  /** Ends it at once, as a power cut would. */
  kill(): void;
  readonly exited: Promise<ProgramExit>;
}

/** What an instance runs when it boots. Resolves when the program is up. */
export type InstanceProgram = (instance: InstanceMachine) => Promise<RunningProgram>;

/** Runs nothing: an instance whose services never answer. */
export const noProgram: InstanceProgram = async () => {
  let end: (exit: ProgramExit) => void = () => {};
  const exited = new Promise<ProgramExit>((resolve) => {
    end = resolve;
  });
  return {
    stop: async () => end({ code: 0, signal: null }),
    kill: () => end({ code: null, signal: 'SIGKILL' }),
    exited,
  };
};
