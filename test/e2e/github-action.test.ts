import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Step, startStep } from '../support/github-runner.js';
import { pagePolicies, policiesFor } from '../support/iam-page.js';
import { type DeployedLifecycleServer, deployLifecycleServer } from '../support/lifecycle-server.js';
import { createWorld, root, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld({
    ...{ accounts: 1, regions: ['eu-west-1', 'us-east-1'] },
    policies: policiesFor(pagePolicies.operator),
  });
  await world.addImage('base/debian/1');
});
afterAll(() => world?.close());

const step = (inputs: Readonly<Record<string, string>>): Promise<Step> =>
  startStep({ environment: world.environment, inputs }).ended;

const image = { stream: 'base/debian', leaf: '1' };

/** Keeps a summary for people to look at. */
const keepSummary = (markdown: string): void => {
  const directory = join(root, 'test-results');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'job-summary.md'), markdown);
};

/** What the sandbox has of a publication. */
const leftOf = async (publicationId: string): Promise<string[]> => {
  const account = world.sandbox.accounts[0]?.id ?? '';
  const found = await Promise.all(
    world.sandbox.regions.map((region) => world.sandbox.model.inventory(account, region)),
  );
  return found
    .flatMap(({ images, snapshots, volumes }) => [
      ...images.map(({ ImageId, Tags }) => ({ id: ImageId ?? '', Tags })),
      ...snapshots.map(({ SnapshotId, Tags }) => ({ id: SnapshotId ?? '', Tags })),
      ...volumes.map(({ VolumeId, Tags }) => ({ id: VolumeId ?? '', Tags })),
    ])
    .filter(({ Tags }) =>
      Tags?.some(({ Key, Value }) => Key === 'ami-publisher:publication' && Value === publicationId),
    )
    .map(({ id }) => id);
};

describe('a workflow', () => {
  it('plans, publishes with one target that fails, tags, rolls back and expires', async () => {
    const planned = await step({ command: 'plan', ...image });
    expect(planned).toMatchObject({ code: 0, annotations: [], state: {} });
    expect(planned.summary).toMatch(
      /### Plan of base\/debian\/1[\s\S]*development,us-east-1[\s\S]*register x86\\_64 AMI/,
    );

    const denied = { action: 'RegisterImage', region: 'us-east-1', kind: 'deny' } as const;
    const rule = world.sandbox.model.faults.add(denied);
    const published = await step({
      ...{ command: 'publish', ...image },
      tags: 'team=base,core\nnote=a=b\n',
      targets: 'development,eu-west-1\n\ndevelopment,us-east-1\n',
    });
    world.sandbox.model.faults.remove(rule);
    expect(published.code).toBe(1);
    const { 'publication-id': publicationId = '', 'ami-ids': amiIds = '' } = published.outputs;
    expect(publicationId).toMatch(/^pub-/);
    expect(JSON.parse(amiIds)).toEqual({ 'development,eu-west-1': expect.stringMatching(/^ami-/) });
    expect(JSON.parse(published.outputs['failed-targets'] ?? '')).toEqual(['development,us-east-1']);
    expect(JSON.parse(published.outputs.results ?? '')).toMatchObject({
      publicationId,
      targets: [{ status: 'published' }, { status: 'failed', step: 'register' }],
    });
    expect(published.annotations).toEqual([
      expect.stringMatching(
        /^::error title=development%2Cus-east-1%3A failed at register::.*ec2:RegisterImage/,
      ),
    ]);
    expect(published.log).toMatch(
      /^::group::development,eu-west-1: published after .*\n[\s\S]*?^::endgroup::$/m,
    );
    expect(published.state).toMatchObject({ publication: publicationId, ended: 'true' });
    expect(published.summary).toContain(
      `ami-publisher rollback --publication ${publicationId} --targets 'development,eu-west-1;development,us-east-1'`,
    );

    const html = new MarkdownIt('default', { html: true }).render(published.summary);
    expect([...html.matchAll(/<tr>/g)].length).toBeGreaterThan(2 * 10);
    expect(html).toMatch(/<td>development,us-east-1<\/td>\s*<td>❌ failed<\/td>/);
    expect(html).toMatch(
      /<details><summary>development,eu-west-1: .*<\/summary>\s*<table>[\s\S]*<td>unpack<\/td>/,
    );
    keepSummary(published.summary);

    const after = { environment: world.environment, inputs: { command: 'publish', ...image } };
    const post = await startStep({ ...after, stateOfMain: published.state }).ended;
    expect(post).toMatchObject({ code: 0, log: '', summary: '' });

    const tagged = await step({
      ...{ command: 'set-exclusive-tags', 'tag-key': 'Preferred' },
      results: published.outputs.results ?? '',
    });
    expect(tagged).toMatchObject({ code: 0, annotations: [] });
    expect(tagged.summary).toContain('Preferred');

    const id = { 'publication-id': publicationId, targets: 'development,*' };
    const dryRun = await step({ command: 'rollback', ...id, force: 'true', 'dry-run': 'true' });
    expect(dryRun.summary).toMatch(/would-roll-back/);
    expect(await leftOf(publicationId)).not.toEqual([]);

    const expired = await step({ command: 'expire', targets: 'development,*' });
    expect(expired).toMatchObject({ code: 0, summary: '### expire\n\nThere was nothing to do.\n' });
  });

  it('is told which input is wrong, by name and value, before anything is asked of AWS', async () => {
    const wrong = await step({ command: 'publish', ...image, 'boot-mode': 'bios' });
    expect(wrong.code).toBe(1);
    expect(wrong.annotations).toEqual([
      '::error title=INVALID_OPTION::expected `boot-mode` to be one of legacy-bios, uefi, uefi-preferred, got "bios"',
    ]);
    const secret = 'user:not-to-be-seen';
    const proxy = await step({
      ...{ command: 'publish', ...image },
      ...{ connector: 'proxy', 'proxy-url': `http://${secret}@proxy:3128`, 'proxy-credentials': secret },
    });
    expect(proxy.log.startsWith(`::add-mask::${secret}\n::add-mask::not-to-be-seen\n`)).toBe(true);
    expect(proxy.log.split('\n').filter((line) => line.includes('not-to-be-seen'))).toHaveLength(2);
    expect(proxy.annotations[0]).toContain('expected `proxy-url` to be http://host:port');
  });
});

describe('a job that is cancelled', () => {
  it.concurrent.each([
    ['stops when it is asked to', { region: 'eu-west-1', isStuck: false, signals: ['SIGINT'] }],
    ['has to be killed', { region: 'us-east-1', isStuck: true, signals: ['SIGINT', 'SIGTERM', 'SIGKILL'] }],
  ])('and %s leaves nothing of its publication behind, not even what AWS does late', async (_how, job) => {
    const { faults } = world.sandbox.model;
    const account = world.sandbox.accounts[0]?.id ?? '';
    const arriving = faults.hold('CreateSnapshot', 'before', { account, region: job.region });
    const inputs = {
      ...{ command: 'publish', ...image, targets: `development,${job.region}` },
      'ami-name': `cancelled-${job.region}`,
    };
    const main = startStep({ environment: world.environment, inputs });
    const held = await arriving;
    if (job.isStuck) main.freeze();
    expect(await main.cancel()).toEqual(job.signals);
    const cut = await main.ended;
    expect(cut.code).not.toBe(0);
    held.release();
    const publicationId = cut.state.publication ?? '';
    expect(publicationId).toMatch(/^pub-/);
    expect(cut.state.ended).toBeUndefined();
    await expect.poll(() => leftOf(publicationId)).toContainEqual(expect.stringMatching(/^snap-/));

    const post = await startStep({ environment: world.environment, inputs, stateOfMain: cut.state }).ended;
    expect(post.log).toContain('was cut short');
    expect(post).toMatchObject({ code: 0, annotations: [] });
    expect(await leftOf(publicationId)).toEqual([]);
  });
});

describe('a job that is cancelled on a runner whose disk stays', () => {
  it('has its publication finished where that was asked for', async () => {
    const { faults } = world.sandbox.model;
    const account = world.sandbox.accounts[0]?.id ?? '';
    // A call with a token can be sent again at once, so that resuming need not wait for what it may have done.
    const arriving = faults.hold('CreateVolume', 'before', { account, region: 'eu-west-1' });
    await world.addImage('base/other/1');
    const request = {
      environment: { ...world.environment, RUNNER_ENVIRONMENT: 'self-hosted' },
      inputs: {
        ...{ command: 'publish', stream: 'base/other', leaf: '1', targets: 'development,eu-west-1' },
        'on-cancel': 'resume',
      },
    };
    const main = startStep(request);
    const held = await arriving;
    await main.cancel();
    const cut = await main.ended;
    held.drop();
    expect(JSON.parse(cut.outputs['failed-targets'] ?? '')).toEqual(['development,eu-west-1']);
    expect(cut.summary).toContain('1 cancelled');

    const post = await startStep({ ...request, stateOfMain: cut.state }).ended;
    expect(post).toMatchObject({ code: 0, annotations: [] });
    expect(post.summary).toContain('1 published');
    expect(await leftOf(cut.state.publication ?? '')).toContainEqual(expect.stringMatching(/^ami-/));
  });
});

describe('a workflow of a lifecycle', () => {
  let directory: string;
  let deployed: DeployedLifecycleServer;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ami-publisher-action-'));
    deployed = await deployLifecycleServer(join(directory, 'database'));
  });
  afterAll(async () => {
    await deployed?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('makes an AMI, has it tested, and asks where it is; an approval before its time fails', async () => {
    const environment = {
      ...world.environment,
      ...{ GITHUB_REF_NAME: 'feature/New_Kernel', GITHUB_ACTOR: 'octocat', GITHUB_SHA: 'f'.repeat(40) },
    };
    const run = (inputs: Readonly<Record<string, string>>) =>
      startStep({
        environment,
        inputs: { 'lifecycle-server': deployed.url, 'api-key': deployed.key, ...inputs },
      }).ended;
    const created = await run({
      ...{ command: 'lifecycle-create', 'product-name': 'edge', 'product-version': '4.2.0' },
      ...{ notify: 'EMAIL=team@example.org\n', properties: 'job=8812\nurl=https://ci.example.org/?a=b' },
    });
    expect(created).toMatchObject({ code: 0, annotations: [] });
    const id = { 'lifecycle-id': created.outputs['lifecycle-id'] ?? '' };
    expect(JSON.parse(created.outputs.results ?? '')).toMatchObject({
      ...{ stack_tag: 'feature-new-kernel', owner: 'octocat', commit_ref: 'f'.repeat(40) },
      properties: { job: '8812', url: 'https://ci.example.org/?a=b' },
    });
    const updated = await run({ command: 'lifecycle-update', ...id, events: 'smoke-tests' });
    expect(updated).toMatchObject({ code: 0 });
    expect(updated.log).toContain('SMOKE_TESTS_AMI_CREATE COMPLETED');
    const refused = await run({ command: 'lifecycle-approve', ...id });
    expect(refused.code).toBe(1);
    expect(refused.annotations[0]).toContain('MARK_FOR_PRODUCTION_CREATE');
    const status = await run({ command: 'lifecycle-status', ...id });
    expect(status.code).toBe(0);
    expect(status.summary).toMatch(/\| SMOKE\\_TESTS\\_AMI\\_CREATE \| COMPLETED \|/);
    const steps = [created, updated, refused, status];
    expect(steps.every(({ log }) => log.startsWith(`::add-mask::${deployed.key}\n`))).toBe(true);
  });
});
