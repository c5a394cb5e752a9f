import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { milliseconds, run, summarise, table } from './measure.mjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

const full = {
  accounts: 20,
  regions: [
    ...[
      'us-east-1',
      'us-west-2',
      'eu-west-1',
      'eu-central-1',
      'ap-southeast-2',
      'ap-northeast-1',
      'us-east-2',
    ],
    ...['ca-central-1', 'eu-north-1', 'sa-east-1', 'ap-south-1', 'eu-west-2', 'us-west-1', 'eu-west-3'],
    'ap-southeast-1',
  ],
  images: 500,
  unused: 10,
};
const rounds = 3;
/** Of the time that the SDK alone takes for the same calls. */
const ratioLimit = 1.5;
/** 400 MB. */
const rssLimitMiB = 381;

/** V8 lets garbage pile up as far as the machine's memory allows; both are told to stay small, as they would be in a container. */
const heapFlags = ['--max-old-space-size=224', '--max-semi-space-size=8'];

/** The cloud is a process of its own, and the machine's other core. */
const startCloud = async (size) => {
  const program = spawn(process.execPath, [file('listing-cloud.mjs'), JSON.stringify(size)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => program.once('exit', resolve));
  for await (const line of createInterface({ input: program.stdout })) {
    const close = async () => {
      program.stdin.end();
      await ended;
    };
    return { ...JSON.parse(line), close };
  }
  throw new Error('the cloud of the benchmark did not start');
};

const measure = async (cloud, kind, { regions }) => {
  const request = JSON.stringify({ endpoint: cloud.endpoint, keys: cloud.keys, regions });
  const env = { PATH: process.env.PATH, ...cloud.environment };
  return JSON.parse(
    await run(process.execPath, [...heapFlags, file('listing-run.mjs'), kind, request], { env }),
  );
};

/** What is not as it should be; empty if all is. */
const missed = (outcomes, ratio, size) => {
  const expected = size.accounts * size.regions.length * size.unused;
  const rssMiB = Math.max(...outcomes.ours.map((outcome) => outcome.rssMiB));
  const counts = [...outcomes.ours, ...outcomes.bare].map(({ unused }) => unused);
  return [
    ...(counts.every((count) => count === expected) ? [] : [`${counts.join(', ')} unused, not ${expected}`]),
    ...(ratio > ratioLimit ? [`${ratio.toFixed(2)} times as long as the SDK alone`] : []),
    ...(rssMiB > rssLimitMiB ? [`RSS of ${rssMiB.toFixed(0)} MiB`] : []),
  ];
};

/** The section on listings: unused AMIs of many targets, beside a bare loop of the same calls. */
export const listing = async (_directory, _options, size = full) => {
  const cloud = await startCloud(size);
  const outcomes = { bare: [], ours: [] };
  try {
    for (let round = 0; round < rounds; round++)
      for (const kind of ['bare', 'ours']) outcomes[kind].push(await measure(cloud, kind, size));
  } finally {
    await cloud.close();
  }
  const [bare, ours] = [outcomes.bare, outcomes.ours].map((each) => summarise(each.map(({ ms }) => ms)));
  const ratio = ours.median / bare.median;
  const failures = missed(outcomes, ratio, size);
  for (const failure of failures) console.error(`missed: listing: ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
  const memory = (each) => `${Math.max(...each.map(({ rssMiB }) => rssMiB)).toFixed(0)} MiB`;
  return [
    table(
      [
        `${size.accounts} accounts x ${size.regions.length} regions x ${size.images} AMIs`,
        'time',
        'RSS at most',
      ],
      [
        ['a bare loop of the AWS SDK, 32 targets at once', milliseconds(bare), memory(outcomes.bare)],
        ['`list-unused-images`', milliseconds(ours), memory(outcomes.ours)],
        ['ratio', ratio.toFixed(2), ''],
      ],
    ),
    '',
    `All but ${size.unused} AMIs of each target are in a launch template. The cloud is the sandbox over HTTP, in a process of its own.`,
  ].join('\n');
};
