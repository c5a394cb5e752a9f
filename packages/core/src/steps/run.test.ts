import { AmiPublisherError, silentLogger, VirtualClock } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import type { Target } from '../target/target.js';
import type { EventBody } from './events.js';
import type { Journal } from './journal.js';
import { MemoryJournalStore } from './memory-journal.js';
import { type RunOptions, runSteps } from './run.js';
import { sendOnce } from './send-once.js';
import type { AnyStep } from './step.js';
import { undoSteps } from './undo.js';

interface Values {
  first: number;
  second: string;
}
type Services = { close(): Promise<void> };

const target = (region: string): Target => ({
  partition: 'aws',
  accountId: '111111111111',
  region,
  account: 'dev',
});
const unavailable = () => new AmiPublisherError('AWS_UNAVAILABLE', { message: 'try again' });
const refused = () => new AmiPublisherError('AWS_REJECTED', { message: 'no' });

const setUp = async (
  steps: readonly AnyStep<Services, Values>[],
  overrides: Partial<RunOptions<Services, Values>> = {},
) => {
  const clock = new VirtualClock();
  const events: EventBody[] = [];
  const journal: Journal = await new MemoryJournalStore().create('pub-1');
  const options: RunOptions<Services, Values> = {
    targets: [target('eu-west-1')],
    steps: () => steps,
    services: () => ({ close: async () => {} }),
    journal,
    concurrency: 4,
    clock,
    logger: silentLogger,
    signal: new AbortController().signal,
    emit: (event) => events.push(event),
    ...overrides,
  };
  return {
    clock,
    events,
    journal,
    options,
    run: () => clock.runUntil(runSteps(options)),
    undo: () => clock.runUntil(undoSteps(options)),
  };
};

const first = (run: () => Promise<number> | number = () => 1): AnyStep<Services, Values> => ({
  name: 'first',
  title: 'First',
  timeoutMs: 60_000,
  run: async () => run(),
});
const second: AnyStep<Services, Values> = {
  name: 'second',
  title: 'Second',
  timeoutMs: 60_000,
  run: async ({ values }) => `after ${values.first}`,
};

describe('running steps', () => {
  it('gives each step the values of those before', async () => {
    const { run } = await setUp([first(), second]);
    expect((await run())[0]?.values).toEqual({ first: 1, second: 'after 1' });
  });

  it('does not repeat what the journal says is done', async () => {
    let runs = 0;
    const { run } = await setUp([first(() => ++runs), second]);
    await run();
    expect((await run())[0]?.values).toEqual({ first: 1, second: 'after 1' });
    expect(runs).toBe(1);
  });

  it('repeats an ephemeral step until the step that ends its use is done', async () => {
    let runs = 0;
    let fails = true;
    const ephemeral = { ...first(() => ++runs), ephemeral: { until: 'second' as const } } as AnyStep<
      Services,
      Values
    >;
    const failing: AnyStep<Services, Values> = {
      ...second,
      run: async () => {
        if (fails) throw refused();
        return 'done';
      },
    };
    const { run } = await setUp([ephemeral, failing]);
    await run();
    fails = false;
    await run();
    await run();
    expect(runs).toBe(2);
  });

  it('tries again what may pass, sleeping on the clock, and says so', async () => {
    let runs = 0;
    const { run, events, clock } = await setUp([
      first(() => {
        runs += 1;
        if (runs < 3) throw unavailable();
        return runs;
      }),
    ]);
    const startedAt = clock.now();
    expect((await run())[0]?.failures).toEqual([]);
    expect(clock.now() - startedAt).toBe(3_000);
    expect(events.filter(({ code }) => code === 'PUB3005')).toHaveLength(2);
  });

  it('does not try again what will not pass', async () => {
    let runs = 0;
    const { run } = await setUp([
      first(() => {
        runs += 1;
        throw refused();
      }),
      second,
    ]);
    const [result] = await run();
    expect(result).toMatchObject({
      failures: [{ step: 'first', error: { code: 'AWS_REJECTED', target: 'dev,eu-west-1' } }],
    });
    expect(runs).toBe(1);
  });

  it('ends a step that takes too long', async () => {
    const slow: AnyStep<Services, Values> = {
      ...first(),
      run: ({ clock, signal }) => clock.sleep(600_000, signal).then(() => 1),
    } as AnyStep<Services, Values>;
    const { run } = await setUp([slow]);
    expect((await run())[0]?.failures[0]?.error).toMatchObject({
      code: 'TIMED_OUT',
      message: /step first did not finish in 60 s/,
    });
  });

  it('keeps one failing target from stopping the others', async () => {
    const failing: AnyStep<Services, Values> = {
      ...first(),
      run: async ({ target: { region } }) => {
        if (region === 'us-east-1') throw refused();
        return 1;
      },
    } as AnyStep<Services, Values>;
    const { run } = await setUp([failing], { targets: [target('us-east-1'), target('eu-west-1')] });
    expect((await run()).map(({ failures }) => failures[0]?.error.code)).toEqual(['AWS_REJECTED', undefined]);
  });

  it('fails with the reason when what it works with is lost', async () => {
    let lost = new AbortController();
    const waiting: AnyStep<Services, Values> = {
      ...first(),
      run: ({ clock, signal }) => {
        lost.abort(new AmiPublisherError('LEASE_LOST', { message: 'taken over' }));
        return clock.sleep(1_000, signal).then(() => 1);
      },
    } as AnyStep<Services, Values>;
    const { run } = await setUp([waiting], {
      services: (_target, work) => {
        lost = work;
        return { close: async () => {} };
      },
    });
    expect((await run())[0]?.failures[0]?.error.code).toBe('LEASE_LOST');
  });

  it('[W84] marks every target cancelled when the caller cancels', async () => {
    const cancel = new AbortController();
    cancel.abort(new AmiPublisherError('CANCELLED', { message: 'interrupted' }));
    const { run } = await setUp([first()], { signal: cancel.signal });
    expect((await run())[0]?.failures[0]?.error.code).toBe('CANCELLED');
  });
});

describe('independent steps', () => {
  const failing = first(() => {
    throw refused();
  });

  it('go on when one of them fails, and each failure is told', async () => {
    const { run } = await setUp([failing, { ...second, run: async () => 'done' }], { independent: 1 });
    expect(await run()).toMatchObject([
      { values: { second: 'done' }, failures: [{ step: 'first', error: { code: 'AWS_REJECTED' } }] },
    ]);
  });

  it('run side by side, as many as said', async () => {
    const { clock, run } = await setUp([first(), second], { independent: 2 });
    const began = clock.now();
    const slowly = async () => void (await clock.sleep(10_000));
    const steps = [first(slowly as never), { ...second, run: slowly as never }];
    await clock.runUntil(runSteps({ ...(await setUp(steps, { clock, independent: 2 })).options }));
    expect(clock.now() - began).toBe(10_000);
    await run();
  });

  it('end where the work is cancelled', async () => {
    const cancel = new AbortController();
    const cancelling = first(() => {
      cancel.abort(new AmiPublisherError('CANCELLED', { message: 'interrupted' }));
      throw refused();
    });
    const { run } = await setUp([cancelling, second], { independent: 1, signal: cancel.signal });
    expect(await run()).toMatchObject([
      { values: {}, failures: [{ step: 'first', error: { code: 'CANCELLED' } }] },
    ]);
  });
});

describe('undoing steps', () => {
  it('goes backwards over what finished or may have had an effect, and lets attempts rise', async () => {
    const undone: string[] = [];
    const attempts: number[] = [];
    const steps: AnyStep<Services, Values>[] = [
      {
        ...first(),
        run: async ({ attempt }) => attempts.push(attempt),
        undo: async () => void undone.push('first'),
      } as AnyStep<Services, Values>,
      {
        ...second,
        run: async (context) => {
          await context.intend('ec2:CreateSnapshot', {});
          throw refused();
        },
        undo: async (_context: unknown, value: unknown) => void undone.push(`second ${value}`),
      } as AnyStep<Services, Values>,
    ];
    const { run, undo } = await setUp(steps);
    await run();
    await undo();
    expect(undone).toEqual(['second undefined', 'first']);
    await run();
    expect(attempts).toEqual([1, 2]);
  });

  it('tries the earlier steps even if a later one cannot be undone', async () => {
    const undone: string[] = [];
    const steps = [
      { ...first(), undo: async () => void undone.push('first') },
      {
        ...second,
        undo: async () => {
          throw refused();
        },
      },
    ] as AnyStep<Services, Values>[];
    const { run, undo } = await setUp(steps);
    await run();
    const [report] = await undo();
    expect(undone).toEqual(['first']);
    expect(report?.failures).toMatchObject([{ step: 'second', error: { code: 'AWS_REJECTED' } }]);
  });
});

describe('undoing a step', () => {
  const undoing = async (failures: readonly AmiPublisherError[]) => {
    const left = [...failures];
    const undo = async () => {
      const failure = left.shift();
      if (failure !== undefined) throw failure;
    };
    const world = await setUp([{ ...first(), undo } as AnyStep<Services, Values>]);
    await world.run();
    const [report] = await world.undo();
    return { report, ...world };
  };

  it('is tried again after what may pass, and says so', async () => {
    const { report, events } = await undoing([unavailable(), unavailable()]);
    expect(report).toMatchObject({ undone: ['first'], failures: [] });
    expect(events.filter(({ code }) => code === 'PUB3008')).toMatchObject([
      { title: 'First', message: 'try again', delayMs: 1_000 },
      { title: 'First', message: 'try again', delayMs: 2_000 },
    ]);
  });

  it('is given up after five tries', async () => {
    const { report, events } = await undoing(Array.from({ length: 5 }, unavailable));
    expect(report?.failures).toMatchObject([{ step: 'first', error: { code: 'AWS_UNAVAILABLE' } }]);
    expect(events.filter(({ code }) => code === 'PUB3008')).toHaveLength(4);
  });

  it('is tried once when what it failed with will not pass', async () => {
    const { report, events } = await undoing([refused()]);
    expect(report?.failures).toMatchObject([{ step: 'first', error: { code: 'AWS_REJECTED' } }]);
    expect(events.some(({ code }) => code === 'PUB3008')).toBe(false);
  });
});

describe('undoing over several targets', () => {
  it('goes on when one of them cannot even be reached', async () => {
    const undone: string[] = [];
    const step = {
      ...first(),
      undo: async ({ target: { region } }: { target: Target }) => void undone.push(region),
    } as AnyStep<Services, Values>;
    const { run, options, clock } = await setUp([step], {
      targets: [target('us-east-1'), target('eu-west-1')],
    });
    await run();
    const services = ({ region }: Target): Services => {
      if (region === 'us-east-1') throw refused();
      return { close: async () => {} };
    };
    const reports = await clock.runUntil(undoSteps({ ...options, services }));
    expect(undone).toEqual(['eu-west-1']);
    expect(reports.map(({ failures }) => failures.map(({ error }) => error.code))).toEqual([
      ['AWS_REJECTED'],
      [],
    ]);
  });
});

describe('a call that must take effect once', () => {
  const sending = (
    send: () => Promise<number>,
    find: () => Promise<number | undefined>,
  ): AnyStep<Services, Values> =>
    ({
      ...first(),
      timeoutMs: 600_000,
      run: (context) => sendOnce(context, { call: 'ec2:CreateSnapshot', request: {}, find, send }),
    }) as AnyStep<Services, Values>;

  it('is looked for before it is repeated when its answer was lost', async () => {
    let sent = 0;
    const { run } = await setUp([
      sending(
        async () => {
          sent += 1;
          throw unavailable();
        },
        async () => (sent > 0 ? 42 : undefined),
      ),
    ]);
    expect((await run())[0]?.values.first).toBe(42);
    expect(sent).toBe(1);
  });

  it('is repeated only after its effect has had a minute to show', async () => {
    const sentAt: number[] = [];
    const { run, clock } = await setUp([
      sending(
        async () => {
          sentAt.push(clock.now());
          if (sentAt.length === 1) throw unavailable();
          return 7;
        },
        async () => undefined,
      ),
    ]);
    expect((await run())[0]?.values.first).toBe(7);
    expect((sentAt[1] ?? 0) - (sentAt[0] ?? 0)).toBeGreaterThanOrEqual(60_000);
  });

  it('is repeated at once when AWS refused it', async () => {
    const throttled = new AmiPublisherError('AWS_THROTTLED', { message: 'slow down' });
    const sentAt: number[] = [];
    const { run, clock } = await setUp([
      sending(
        async () => {
          sentAt.push(clock.now());
          if (sentAt.length === 1) throw throttled;
          return 7;
        },
        async () => undefined,
      ),
    ]);
    await run();
    expect((sentAt[1] ?? 0) - (sentAt[0] ?? 0)).toBe(1_000);
  });
});
