import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parse } from 'yaml';
import { root } from './world.js';

const ownAction = join(root, 'packages/github-action');

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly using: string; readonly main: string; readonly post: string };
}
const { inputs: known, runs } = parse(readFileSync(join(ownAction, 'action.yml'), 'utf8')) as ActionFile;

/**
 * The Node that `using: node24` means, from the npm package for this machine. It is a dependency of the action alone: among those of the
 * workspace it would be the `node` of every script.
 */
const node24 = createRequire(join(ownAction, 'package.json')).resolve(`node-linux-${process.arch}/bin/node`);

/** GitHub documentation, "Workflow cancellation reference": what a process is sent, and how long it has after each. */
const cancelling = [
  { signal: 'SIGINT', thenMs: 7_500 },
  { signal: 'SIGTERM', thenMs: 2_500 },
  { signal: 'SIGKILL', thenMs: 0 },
] as const;

/** What a step left. */
export interface Step {
  readonly code: number | null;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Markdown. */
  readonly summary: string;
  readonly state: Readonly<Record<string, string>>;
  /** `::error …` and `::warning …` lines. */
  readonly annotations: readonly string[];
}

/** A step that runs. */
export interface RunningStep {
  readonly ended: Promise<Step>;
  /** Has it hang from now on. */
  freeze(): void;
  /** Cancels it as GitHub does. @returns the signals that it took */
  cancel(): Promise<readonly string[]>;
}

export interface StepRequest {
  readonly environment: Readonly<Record<string, string>>;
  /** As below `with:`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What the step has saved, for its post step. */
  readonly stateOfMain?: Readonly<Record<string, string>>;
  /** Folder with `action.yml`. @default that of this repository */
  readonly action?: string;
}

/** Runs the committed bundle, or that of another folder, as the runner of GitHub does. */
export const startStep = ({
  environment,
  inputs,
  stateOfMain,
  action = ownAction,
}: StepRequest): RunningStep => {
  const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-runner-'));
  const files = Object.fromEntries(
    ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'].map((name) => [name, join(directory, name)]),
  );
  for (const file of Object.values(files)) writeFileSync(file, '');
  const entry = join(action, stateOfMain === undefined ? runs.main : runs.post);
  const child = spawn(node24, [entry], {
    cwd: directory,
    env: { ...environment, ...files, ...inputVariables(inputs), ...stateVariables(stateOfMain) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  const read = (name: string) => readFileSync(files[name] ?? '', 'utf8');
  const ended = new Promise<Step>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({
        ...{ code, log, summary: read('GITHUB_STEP_SUMMARY') },
        outputs: entriesOf(read('GITHUB_OUTPUT')),
        state: entriesOf(read('GITHUB_STATE')),
        annotations: log.split('\n').filter((line) => /^::(error|warning|notice) /.test(line)),
      }),
    );
  });
  return {
    ended,
    freeze: () => child.kill('SIGSTOP'),
    cancel: async () => {
      const sent: string[] = [];
      for (const { signal, thenMs } of cancelling) {
        if (!child.kill(signal)) break;
        sent.push(signal);
        const isOver = await Promise.race([
          ended.then(() => true),
          setTimeout(thenMs, false, { ref: false }),
        ]);
        if (isOver) break;
      }
      return sent;
    },
  };
};

/** Every input is there, with its default or empty. */
const inputVariables = (inputs: Readonly<Record<string, string>>): Record<string, string> => {
  const unknown = Object.keys(inputs).filter((name) => !(name in known));
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`);
  return Object.fromEntries(
    Object.entries(known).map(([name, { default: normal = '' }]) => [
      `INPUT_${name.toUpperCase()}`,
      inputs[name] ?? normal,
    ]),
  );
};

const stateVariables = (state: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));

/** Reads `name<<DELIMITER`, lines, `DELIMITER`; later entries win. */
const entriesOf = (text: string): Record<string, string> => {
  const entries: Record<string, string> = {};
  for (let rest = text; rest !== ''; ) {
    const [head = '', name = '', delimiter = ''] = /^([^<\n]+)<<(.+)\n/.exec(rest) ?? [];
    const end = rest.indexOf(`\n${delimiter}\n`, head.length - 1);
    if (name === '' || end < 0) throw new Error(`not an entry of a runner's file: ${rest.slice(0, 80)}`);
    entries[name] = rest.slice(head.length, end);
    rest = rest.slice(end + delimiter.length + 2);
  }
  return entries;
};
