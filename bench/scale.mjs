import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, table } from './measure.mjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

const regions = [
  ...['us-east-1', 'us-west-2', 'eu-west-1', 'eu-central-1', 'ap-southeast-2', 'ap-northeast-1', 'us-east-2'],
  ...['ca-central-1', 'eu-north-1', 'sa-east-1', 'ap-south-1', 'eu-west-2', 'us-west-1', 'eu-west-3'],
  ...['ap-southeast-1', 'ap-northeast-2', 'ap-northeast-3', 'af-south-1', 'ap-east-1', 'eu-south-1'],
];
const fleet = { accounts: 50, regions };

/** Makespan over the bound, at most. */
const slackMs = 3_000;
/** Of publisher and simulated cloud together, whatever the number of streams: 400 MB. */
const rssLimitMiB = 381;

/**
 * V8 lets garbage pile up as far as the machine's memory allows. A process that is to stay small is told so, as it would be in a container. Three
 * spaces for new objects are resident, of 16 MiB each by default, and the old generation has to keep room for what survives in them: small ones
 * leave more to the old generation, which is then collected less often.
 */
const heapFlags = ['--max-old-space-size=288', '--max-semi-space-size=4'];
/** glibc keeps an arena for each thread of V8, which together hold a dozen MiB that are not used. */
const oneArena = { env: { ...process.env, MALLOC_ARENA_MAX: '1' } };

const scenarios = [
  { name: '1 stream', streams: 1, pollMs: null },
  { name: '8 streams at once', streams: 8, pollMs: null },
  { name: 'control: 1 stream, polls every 15 s', streams: 1, pollMs: 15_000, isControl: true },
];

const simulate = async (directory, { streams, pollMs }) => {
  const record = join(directory, `record-${streams}-${pollMs}.json`);
  const request = JSON.stringify({ ...fleet, streams, pollMs });
  const program = [...heapFlags, file('scale-run.mjs'), request, record];
  const outcome = JSON.parse(await run(process.execPath, program, oneArena));
  const bound = JSON.parse(await run(process.execPath, [file('bound.mjs'), record]));
  return { ...outcome, ...bound };
};

const seconds = (ms) => (ms / 1000).toFixed(1);

/** What is not as it should be; empty if all is. */
const missed = ({ name, isControl = false }, figures) => {
  const overMs = figures.makespanMs - figures.boundMs;
  const isClean = Object.values(figures.audit).every((findings) => findings.length === 0);
  return [
    ...(figures.failed > 0 ? [`${name}: ${figures.failed} targets failed`] : []),
    ...(isClean ? [] : [`${name}: the audit found ${JSON.stringify(figures.audit)}`]),
    ...(!isControl && overMs > slackMs ? [`${name}: ${seconds(overMs)} s over the bound`] : []),
    ...(isControl && overMs <= slackMs ? [`${name}: within the bound, so the bound proves nothing`] : []),
    ...(figures.rssMiB > rssLimitMiB ? [`${name}: RSS of ${figures.rssMiB.toFixed(0)} MiB`] : []),
  ];
};

/** The section on scale: a thousand targets in virtual time, against a bound that knows nothing of the publisher. */
export const scale = async (directory) => {
  const latencies = JSON.parse(await readFile(file('latencies.json'), 'utf8'));
  const rows = [];
  for (const scenario of scenarios) {
    const figures = await simulate(directory, scenario);
    const failures = missed(scenario, figures);
    for (const failure of failures) console.error(`missed: ${failure}`);
    if (failures.length > 0) process.exitCode = 1;
    rows.push([
      scenario.name,
      seconds(figures.makespanMs),
      seconds(figures.boundMs),
      seconds(figures.makespanMs - figures.boundMs),
      seconds(figures.makespanMs - figures.strictMs),
      figures.cpuSeconds.toFixed(0),
      `${figures.rssMiB.toFixed(0)}`,
      String(figures.calls),
    ]);
  }
  const { medianMs, sigma } = latencies.completeSnapshotMs;
  return [
    table(
      [
        '50 accounts x 20 regions',
        'makespan, s',
        'bound, s',
        'over, s',
        'over strict, s',
        'CPU, s',
        'RSS, MiB',
        'calls',
      ],
      rows,
    ),
    '',
    `Snapshots: lognormal, median ${seconds(medianMs)} s, sigma ${sigma}. CPU and RSS are those of publisher and simulated cloud together.`,
  ].join('\n');
};
