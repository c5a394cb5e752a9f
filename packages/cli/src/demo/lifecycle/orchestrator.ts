import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AmiPublisherError } from '@ami-publisher/base';
import { loadSandbox } from '../../load-sandbox.js';

/** The people of a lifecycle: nobody may do another's part. */
const roles = ['requester', 'qa', 'approver'] as const;
export type DemoRole = (typeof roles)[number];

/** A lifecycle server that runs, and a key for each of the people. */
export interface DemoOrchestrator {
  readonly url: string;
  readonly keys: Readonly<Record<DemoRole, string>>;
  /** Lets what runs end, and ends it. */
  stop(): Promise<void>;
}

const run = promisify(execFile);

/** The server's program. @throws `INVALID_OPTION` naming the package to install */
const programFile = (): string => {
  try {
    const manifest = createRequire(import.meta.url).resolve('@ami-publisher/orchestrator/package.json');
    return join(dirname(manifest), 'bin/ami-orchestrator.js');
  } catch (cause) {
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `the lifecycle server cannot be found: ${(cause as Error).message}`,
      remedy: 'install the package @ami-publisher/orchestrator beside the command line',
      cause,
    });
  }
};

/**
 * Makes a key for each of the people. Nobody serves the database yet, which is one process's at a time.
 *
 * @param database folder of the database
 */
export const createKeys = async (database: string): Promise<DemoOrchestrator['keys']> => {
  await mkdir(database, { recursive: true });
  const keys: Partial<Record<DemoRole, string>> = {};
  for (const role of roles) {
    const words = ['keys', 'create', '--data-dir', database, '--name', role, '--roles', role];
    const { stdout } = await run(process.execPath, [programFile(), ...words]);
    keys[role] = stdout.trim();
  }
  return keys as DemoOrchestrator['keys'];
};

/** Starts `ami-orchestrator serve` as a process. It ends when this one does, even if that is killed. */
export const startOrchestrator = async (
  directory: string,
  { database, executors }: { readonly database: string; readonly executors: string },
): Promise<Omit<DemoOrchestrator, 'keys'>> => {
  const { startDaemon } = await loadSandbox();
  const { listening, stop } = await startDaemon({
    name: 'the lifecycle server',
    script: programFile(),
    arguments: [
      ...['serve', '--data-dir', database, '--listen', '127.0.0.1:0'],
      ...['--executors', executors, '--four-eyes'],
    ],
    logFile: join(directory, 'orchestrator.log'),
  });
  return { url: `http://${listening}`, stop };
};
