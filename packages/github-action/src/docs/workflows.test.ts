import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inputDefinitions, outputDefinitions } from '../inputs/definitions.js';
import { inputVariable, readInputs } from '../inputs/read-inputs.js';

interface WorkflowStep {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface WorkflowJob {
  readonly outputs?: Readonly<Record<string, string>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly WorkflowStep[];
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, WorkflowJob>>;
}

const fileOf = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const folder = fileOf('examples/workflows');

/** What shows a workflow in a text: the files of the examples, and what the documentation says to copy. */
const workflows: readonly (readonly [string, string])[] = [
  ...readdirSync(folder).map((name) => [name, readFileSync(`${folder}/${name}`, 'utf8')] as const),
  ...[
    ...readFileSync(fileOf('docs/github-action.md'), 'utf8').matchAll(/^```yaml\n(name: [\s\S]*?)^```$/gm),
  ].map(([, text = ''], index) => [`docs/github-action.md, ${index + 1}`, text] as const),
];

const isOurs = ({ uses }: WorkflowStep): boolean => /\/packages\/github-action@/.test(uses ?? '');

describe('the examples of workflows', () => {
  it('are there, in the documentation too', () => {
    expect(workflows.map(([name]) => name)).toEqual([
      ...['expire.yml', 'lifecycle.yml', 'release.yml'],
      'docs/github-action.md, 1',
    ]);
  });

  it.each(workflows)('give the action of %s inputs that it takes, and all that it needs', (_name, text) => {
    const steps = Object.values((parse(text) as Workflow).jobs).flatMap((job) => job.steps.filter(isOurs));
    expect(steps.length).toBeGreaterThan(0);
    for (const { with: inputs = {} } of steps) {
      expect(Object.keys(inputs).filter((name) => !(name in inputDefinitions))).toEqual([]);
      const given = Object.entries(inputs).map(([name, value]) => [inputVariable(name), String(value)]);
      expect(() => readInputs(Object.fromEntries(given))).not.toThrow();
    }
  });

  it.each(workflows)('take only outputs from %s that there are', (_name, text) => {
    const { jobs } = parse(text) as Workflow;
    for (const { outputs = {}, steps } of Object.values(jobs)) {
      const ids = steps.filter(isOurs).map(({ id }) => id);
      for (const [, id, output = ''] of JSON.stringify(outputs).matchAll(
        /steps\.([\w-]+)\.outputs\.([\w-]+)/g,
      )) {
        expect(ids).toContain(id);
        expect(Object.keys(outputDefinitions)).toContain(output);
      }
    }
    for (const [, job = '', output = ''] of text.matchAll(/needs\.([\w-]+)\.outputs\.([\w-]+)/g))
      expect(Object.keys(jobs[job]?.outputs ?? {})).toContain(output);
  });

  it.each(workflows)(
    'keep %s to what it needs: pinned actions, few permissions, a limit of time',
    (_name, text) => {
      const workflow = parse(text) as Workflow;
      expect(workflow.permissions).toBeDefined();
      for (const { permissions = {}, steps, 'timeout-minutes': minutes } of Object.values(workflow.jobs)) {
        expect(minutes).toBeGreaterThan(0);
        const granted = { ...workflow.permissions, ...permissions };
        expect(
          Object.entries(granted).filter(([name, level]) => level === 'write' && name !== 'id-token'),
        ).toEqual([]);
        for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/@[0-9a-f]{40}$/);
      }
    },
  );
});
