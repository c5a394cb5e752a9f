import type { RollbackOptions, RollbackReport, Services } from '@ami-publisher/core';
import { describe, expect, it } from 'vitest';
import type { Job } from '../commands/command.js';
import { readInputs } from '../inputs/read-inputs.js';
import { RunnerFiles } from '../runner/runner-files.js';
import { WorkflowLog } from '../runner/workflow-log.js';
import { cleanUp } from './clean-up.js';

const cutShort = { publicationId: 'pub-1', targets: 'a,us-east-1' };
const undo = 'undo it:    ami-publisher rollback --publication pub-1 --targets a,us-east-1';

/** A job whose publisher rolls back as `roll` does. */
const jobWith = (
  roll: (publicationId: string, options: RollbackOptions) => Promise<RollbackReport>,
  controller = new AbortController(),
) => {
  const lines: string[] = [];
  const services = {
    publisher: {
      rollbackByTags: (id: string, _targets: unknown, options: RollbackOptions) => roll(id, options),
    },
    resolveTargets: async () => ({ targets: [], failures: [], notices: [] }),
  } as unknown as Services;
  const job: Job = {
    inputs: readInputs({ INPUT_COMMAND: 'publish', INPUT_STREAM: 'a', INPUT_LEAF: '1' }),
    environment: {},
    log: new WorkflowLog((text) => lines.push(text.trimEnd())),
    files: new RunnerFiles({}),
    signal: controller.signal,
    services: async () => services,
  };
  return { job, lines, controller };
};

const target = { account: 'a', region: 'us-east-1', undone: [], errors: [] };

describe('a publication that was cut short', () => {
  it('is rolled back by its tags, if nothing else was asked for', async () => {
    const asked: string[] = [];
    const { job, lines } = jobWith(async (publicationId) => {
      asked.push(publicationId);
      return {
        publicationId,
        ok: true,
        targets: [{ ...target, status: 'rolled-back', undone: ['snapshot'] }],
      };
    });
    const outcome = await cleanUp(job, cutShort);
    expect(outcome).toMatchObject({ ok: true, annotations: [] });
    expect(outcome.summary).toContain('| a,us-east-1 | rolled-back | snapshot |');
    expect(asked).toEqual(['pub-1']);
    expect(lines).toEqual(['publication pub-1 was cut short']);
  });

  it('is named with the command that undoes it where a target could not be rolled back', async () => {
    const { job, lines } = jobWith(async (publicationId) => ({
      publicationId,
      ok: false,
      targets: [{ ...target, status: 'failed', errors: ['denied'] }],
    }));
    const outcome = await cleanUp(job, cutShort);
    expect(outcome).toMatchObject({ ok: false, annotations: [{ level: 'error', message: 'denied' }] });
    expect(lines.at(-1)).toBe(undo);
    expect(outcome.summary).toContain(undo);
  });

  it('is named with that command when the time of the post step is over', async () => {
    const { job, lines, controller } = jobWith(
      (_id, { signal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(new Error('aborted')));
          queueMicrotask(() => controller.abort());
        }),
    );
    const outcome = await cleanUp(job, cutShort);
    expect(outcome.annotations).toEqual([
      { level: 'error', title: 'pub-1 is not cleaned up', message: 'the time for a post step is over' },
    ]);
    expect(lines.at(-1)).toBe(undo);
  });
});
