import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConnectProxy, startConnectProxy } from '../support/connect-proxy.js';
import { identities, policiesFor, sessionManagerPolicy } from '../support/iam-page.js';
import { type InstalledPlugin, installPlugin, isRunning } from '../support/plugin.js';
import { createWorld, type PrintedResults, type World } from '../support/world.js';

const secret = 'deploy:hunter2';
/** A region for each connector. */
const regionOf = {
  private: 'us-east-1',
  public: 'us-east-2',
  proxy: 'us-west-2',
  ssm: 'eu-west-1',
  map: 'eu-central-1',
} as const;
const regions = Object.values(regionOf);

let world: World;
let proxy: ConnectProxy;
let plugin: InstalledPlugin;
let config: string;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  world = await createWorld({
    accounts: 2,
    regions,
    unpackerPublicAddress: true,
    policies: policiesFor(sessionManagerPolicy),
  });
  proxy = await startConnectProxy(secret);
  plugin = installPlugin(join(world.directory, 'plugin'));
  const { instances } = await world.sandbox.model.inventory(accountOf('development'), regionOf.map);
  const [{ InstanceId = '', PrivateIpAddress = '' } = {}] = instances;
  config = join(world.directory, 'connectors.yaml');
  writeFileSync(
    config,
    `connector: private
overrides:
  - { targets: 'development,${regionOf.public}', connector: public }
  - { targets: '*,${regionOf.proxy}', connector: { proxy: '${proxy.url}', credentials: { environment: PROXY_CREDENTIALS } } }
  - { targets: 'development,${regionOf.ssm}', connector: ssm }
  - { targets: 'development,${regionOf.map}', connector: { map: { ${InstanceId}: '${PrivateIpAddress}:6974' } } }
`,
  );
  environment = {
    PATH: `${plugin.directory}:${world.environment.PATH}`,
    PROXY_CREDENTIALS: secret,
    AMI_PUBLISHER_CONFIG: config,
  };
  await world.addImage('base/debian/1');
});
afterAll(async () => {
  await proxy?.close();
  await world?.close();
});

const accountOf = (name: string): string =>
  world.sandbox.accounts.find((account) => account.name === name)?.id ?? '';
const sessions = () => world.sandbox.model.sessions.list();
const runningPlugins = () => plugin.runs().filter(({ pid }) => isRunning(pid));

describe('one publication over every connector', () => {
  it('publishes to all targets, and leaves no session, no plugin and no secret behind', async () => {
    const command = ['publish', 'base/debian', '1', '--ami-name', 'everywhere', '--targets', 'development,*'];
    const run = await world.runWith(environment, ...command, '--debug');
    expect(run.code, run.stderr).toBe(0);
    const { targets } = run.json<PrintedResults>();
    expect(targets.map(({ region, status }) => [region, status])).toEqual(
      regions.toSorted().map((region) => [region, 'published']),
    );
    expect(proxy.requests.length).toBeGreaterThan(0);
    expect(plugin.runs()).toMatchObject([{ region: regionOf.ssm }]);
    expect(sessions()).toEqual([]);
    expect(runningPlugins()).toEqual([]);
    expect(run.stdout + run.stderr).not.toContain('hunter2');
  });

  it('lists the unpackers of two accounts, each by the connector of its own targets', async () => {
    const run = await world.runWith(
      environment,
      'list-unpackers',
      '--targets',
      `*,${regionOf.ssm};*,${regionOf.proxy}`,
    );
    expect(run.code, run.stderr).toBe(0);
    expect(
      run.json<{ account: string; region: string }[]>().map(({ account, region }) => `${account},${region}`),
    ).toEqual([
      `development,${regionOf.ssm}`,
      `development,${regionOf.proxy}`,
      `staging,${regionOf.ssm}`,
      `staging,${regionOf.proxy}`,
    ]);
    // Only the first account's is reached by a session.
    expect(plugin.runs()).toHaveLength(2);
    expect(sessions()).toEqual([]);
  });

  it('[W81] says of each target that cannot be reached why, and publishes to the others', async () => {
    const broken = {
      PATH: world.environment.PATH ?? '',
      PROXY_CREDENTIALS: 'deploy:wrong',
      AMI_PUBLISHER_CONFIG: config,
    };
    const run = await world.runWith(
      broken,
      ...['publish', 'base/debian', '1', '--ami-name', 'partly', '--targets', 'development,*'],
    );
    expect(run.code).toBe(1);
    const byRegion = Object.fromEntries(
      run.json<PrintedResults>().targets.map((target) => [target.region, target]),
    );
    expect(byRegion).toMatchObject({
      [regionOf.private]: { status: 'published' },
      [regionOf.public]: { status: 'published' },
      [regionOf.map]: { status: 'published' },
      [regionOf.proxy]: {
        code: 'PROXY_REFUSED',
        message: expect.stringMatching(
          /answered 407 .*check the user and password in the environment variable PROXY_CREDENTIALS/,
        ),
      },
      [regionOf.ssm]: {
        code: 'TOOL_MISSING',
        message: expect.stringMatching(
          /session-manager-plugin cannot be run; install session-manager-plugin/,
        ),
      },
    });
    expect(run.stdout + run.stderr).not.toContain('deploy:wrong');
  });

  it('prepares unpackers through sessions and proxies', async () => {
    const targets = ['--targets', `development,${regionOf.ssm};development,${regionOf.proxy}`];
    const run = await world.runWith(environment, 'prepare-unpackers', 'base/debian', ...targets);
    expect(run.code, run.stderr).toBe(0);
    expect(run.json()).toMatchObject([{ scanned: true }, { scanned: true }]);
    expect(sessions()).toEqual([]);
    expect(runningPlugins()).toEqual([]);
  });

  it.each(['resume', 'rollback'])(
    'ends session and plugin when it is interrupted; %s works through new ones',
    async (way) => {
      const before = plugin.runs().length;
      const reached = world.sandbox.model.faults.hold('CreateSnapshot', 'before');
      const publisher = world.start(
        environment,
        ...['publish', 'base/debian', '1', '--ami-name', `interrupted-${way}`],
        ...['--targets', `development,${regionOf.ssm}`],
      );
      const snapshot = await reached;
      publisher.signal('SIGINT');
      snapshot.release();
      const interrupted = await publisher.ended;
      expect(interrupted.code, interrupted.stderr).toBe(130);
      expect(plugin.runs()).toHaveLength(before + 1);
      expect(sessions()).toEqual([]);
      expect(runningPlugins()).toEqual([]);
      const after = await world.runWith(environment, way, interrupted.json<PrintedResults>().publicationId);
      expect(after.code, after.stderr).toBe(0);
      expect(sessions()).toEqual([]);
    },
  );
});

describe('the policy for Session Manager', () => {
  it('has no entry that was not needed for this', () => {
    // The account with sessions has a profile with keys.
    const unused = world.sandbox.model.iam.unused().filter(({ policy }) => policy === identities.user);
    expect(unused.map(({ action }) => action).filter((action) => action.startsWith('ssm:'))).toEqual([]);
  });
});
