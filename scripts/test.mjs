// Runs the test layers one after the other, each with its time, and ends with `N passed, N failed` alone on a line.
// After a run of all layers, every weakness of what ours replaces must have been proven gone by a test that passed, or it counts as failed.
// A layer whose tools are missing says so in a line that starts with SKIP. Names of layers as arguments run only those.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { tagsPassed, unproven } from './weaknesses.mjs';

const root = new URL('..', import.meta.url).pathname;
const folders = [...process.env.PATH.split(delimiter), '/usr/sbin', '/sbin'];
const onPath = (tool) => folders.some((folder) => existsSync(join(folder, tool)));

/** What disks are made, filled and booted with. */
const diskTools = [
  ...[
    'losetup',
    'partx',
    'sfdisk',
    'sgdisk',
    'mke2fs',
    'mcopy',
    'grub-mkimage',
    'debootstrap',
    'rsync',
    'setfattr',
  ],
  ...['qemu-system-x86_64', 'qemu-system-aarch64', 'strace'],
];
const diskFiles = [
  ...['/usr/lib/grub/i386-pc/boot.img', '/usr/lib/grub/x86_64-efi/kernel.img'],
  ...['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/AAVMF/AAVMF_CODE.fd'],
];

/** Whether packages that others publish can be had. */
const reachesNpm = () =>
  spawnSync('npm', ['view', '@aws-sdk/client-ec2', 'version', '--fetch-retries=0'], { cwd: tmpdir() })
    .status === 0;

/** What a layer needs beyond Node, and how to get it. */
const layers = [
  { name: 'unit', missing: () => [] },
  { name: 'component', missing: () => [] },
  { name: 'postgres', missing: () => (existsSync('/usr/lib/postgresql') ? [] : ['postgresql']) },
  // Commands and daemons wait for each other half of the time.
  { name: 'e2e', workers: 3, missing: () => [] },
  { name: 'packed', missing: () => (reachesNpm() ? [] : ["npm's registry"]) },
  { name: 'kills', missing: () => [] },
  { name: 'recovery', missing: () => [] },
  { name: 'browser', missing: () => (onPath('chromium') ? [] : ['chromium']) },
  {
    name: 'disks',
    // What the tests mount is seen by nobody else, and goes with them however they end.
    within: ['unshare', '--mount', '--propagation', 'private', '--'],
    missing: () => [
      ...(process.platform === 'linux' && process.geteuid() === 0 ? [] : ['root on Linux']),
      ...diskTools.filter((tool) => !onPath(tool)),
      ...diskFiles.filter((file) => !existsSync(file)),
    ],
  },
  {
    name: 'foreign',
    missing: () => [
      ...(existsSync(join(root, '.venv/bin/aws')) ? [] : ['the AWS CLI in .venv']),
      ...(existsSync(join(root, '.venv/bin/cfn-lint')) ? [] : ['cfn-lint in .venv']),
      ...['rsync', 'systemd-analyze', 'zstd', 'qemu-img', 'jq', 'tmux'].filter((tool) => !onPath(tool)),
    ],
  },
  {
    name: 'conformance',
    missing: () => (existsSync(join(root, '.venv/bin/moto_server')) ? [] : ['moto in .venv']),
  },
];

/** A line for each test or file that failed: where, which, and the beginning of why. */
const failuresOf = (layer, { testResults }) =>
  testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0 && status === 'failed') return [`${layer}: ${file}: ${beginning(message)}`];
    return failed.map(
      ({ fullName, failureMessages }) => `${layer}: ${file}: ${fullName}: ${beginning(failureMessages[0])}`,
    );
  });
const beginning = (message = '') =>
  stripVTControlCharacters(message).slice(0, 400).replaceAll('\n', '\n    ');

console.log(`Node.js ${process.version}`);
const wanted = process.argv.slice(2);
const reports = mkdtempSync(join(tmpdir(), 'ami-publisher-tests-'));
const rows = [];
const passedTags = [];
const failures = [];
for (const { name, missing, workers, within = [] } of layers) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const lacking = missing();
  if (lacking.length > 0) {
    console.log(`SKIP ${name}: needs ${lacking.join(' and ')}; run scripts/ci-packages`);
    continue;
  }
  const report = join(reports, `${name}.json`);
  const startedAt = Date.now();
  const [program, ...parameters] = [...within, process.execPath];
  const { status } = spawnSync(
    program,
    [
      ...parameters,
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      ...(workers === undefined ? [] : [`--maxWorkers=${workers}`]),
      ...['--project', name, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    ],
    { cwd: root, stdio: 'inherit' },
  );
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { testResults: [] };
  passedTags.push(...tagsPassed(counts));
  failures.push(...failuresOf(name, counts));
  rows.push({
    name,
    passed: counts.numPassedTests ?? 0,
    // A run that fails without a failed test (a file that cannot be loaded, a crash) counts as one.
    failed: Math.max(counts.numFailedTests ?? 0, status === 0 ? 0 : 1),
    skipped: counts.numPendingTests ?? 0,
    seconds: (Date.now() - startedAt) / 1000,
  });
}
rmSync(reports, { recursive: true });

// Only all layers together can prove all of it.
const lacking = rows.length === layers.length ? unproven(passedTags) : [];
for (const line of [...failures, ...lacking]) console.log(line);
if (rows.length === layers.length)
  rows.push({ name: 'weaknesses', passed: 0, failed: lacking.length, skipped: 0, seconds: 0 });

const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
for (const { name, passed, failed, skipped, seconds } of rows) {
  const skips = skipped === 0 ? '' : `, ${skipped} skipped`;
  console.log(`${name}: ${passed} passed, ${failed} failed${skips} in ${(seconds / 60).toFixed(1)} min`);
}
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 && rows.length > 0 ? 0 : 1;
