import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';

const bin = fileURLToPath(new URL('../../src/bin.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** The daemon as a process of its own, from its sources; killed when the test ends. */
export const spawnDaemon = (args: readonly string[]): ChildProcess => {
  const command = ['--conditions=ami-publisher-source', '--import', tsx, bin, ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
};

/** The address that a daemon says it listens on. */
export const listening = async (child: ChildProcess): Promise<string> => {
  const lines = createInterface({ input: child.stdout! });
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => ['null'])])) as [
    string,
  ];
  const message = JSON.parse(line) as { readonly listening: string } | null;
  if (message === null) throw new Error('the daemon ended before it listened');
  return message.listening;
};

/** Everything that a process writes to one of its outputs. */
export const collect = async (stream: NodeJS.ReadableStream): Promise<string> => {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
};
