import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type LifecycleStub,
  lifecycleId,
  startLifecycleStub,
} from '../../packages/cli/test/support/lifecycle-server.js';
import { openTerminal, type Terminal } from '../support/tmux.js';
import { root } from '../support/world.js';

const bin = join(root, 'packages/cli/bin/ami-publisher.js');
const key = 'KeyThatNobodySees';
const record = {
  ...{ lifecycle_id: lifecycleId, creation_date: '03/14/2026, 09:26:53', stack_tag: 'main', owner: 'me' },
  ...{ notifications: [], inputs_ami_creation: { events: [] } },
};

describe('the menus in a real terminal', () => {
  let directory: string;
  let stub: LifecycleStub;
  let terminal: Terminal;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ami-publisher-menus-'));
    const git = (...words: string[]) => execFileSync('git', words, { cwd: directory });
    git('init', '--quiet', '--initial-branch', 'feature/Menus_1');
    git(
      '-c',
      'user.name=a',
      '-c',
      'user.email=a@example.org',
      'commit',
      '--quiet',
      '--allow-empty',
      '-m',
      'x',
    );
    const config = { owner: 'me', notifications: [{ method: 'EMAIL', target: 'me@example.org' }] };
    writeFileSync(join(directory, 'cli-config.json'), JSON.stringify(config));
    stub = await startLifecycleStub();
    stub.answer = ({ method, path }) => {
      if (method !== 'GET') return undefined;
      return { status: 200, body: path.includes(lifecycleId) ? record : [record] };
    };
  });
  afterAll(async () => {
    await stub?.close();
    rmSync(directory, { recursive: true });
  });
  beforeEach(() => {
    stub.calls.length = 0;
    const server = { AMI_PUBLISHER_LIFECYCLE_SERVER: stub.endpoint, AMI_PUBLISHER_LIFECYCLE_KEY: key };
    terminal = openTerminal(`${process.execPath} ${bin} lifecycle --mode UI`, {
      directory,
      environment: server,
    });
  });
  afterEach(() => terminal.close());

  const mainMenu = /> Create AMI\n/;
  const writes = () => stub.calls.filter(({ method }) => method !== 'GET');

  it('[W-C1] [W-C7] go in and out of every menu, and send nothing that is declined', async () => {
    await terminal.until(mainMenu);
    for (const [down, title] of [
      [0, 'Create AMI Menu'],
      [1, 'Update a non-production AMI Menu'],
      [2, 'Patch AMI Menu'],
      [3, 'Continue patch operation AMI Menu'],
      [4, 'API Utils Menu'],
    ] as const) {
      // The last line leads back as well, and is one up from the first.
      for (const back of [['Escape'], ['Up', 'Enter']]) {
        terminal.press('C-l', ...Array(down).fill('Down'), 'Enter');
        await terminal.until(new RegExp(`${title}[\\s\\S]*Previous Menu`));
        terminal.press(...back);
        await terminal.until(new RegExp(`${title}[\\s\\S]*> Create AMI\\n`));
      }
    }
    terminal.press('Enter');
    await terminal.until(/> \[ \] AMI Build only/);
    terminal.press('Down', 'Space', 'Down', 'Tab');
    await terminal.until(/\[\*\] Smoke Tests\n> \[\*\] Vulnerability Scans/);
    terminal.press('Enter');
    await terminal.until(/Enter the product version:\n/);
    terminal.press('4.2.0', 'Enter');
    await terminal.until(/Enter the product name:\n/);
    terminal.press('edge', 'Enter');
    const asked = await terminal.until(/Do you want to proceed with the API request\? \(y\/n\/q\):/);
    expect(asked).toContain('"stack_tag": "feature-menus-1"');
    expect(asked).toContain(`POST api_endpoint: ${stub.endpoint}/ami-creation/lifecycles\n`);
    expect(asked).not.toContain(key);
    terminal.press('n', 'Enter');
    await terminal.until(/\(y\/n\/q\):\nn\n[\s\S]*> \[ \] AMI Build only/);
    terminal.press('C-c');
    await terminal.until(/Thank you and goodbye\.\nended 0/);
    expect(stub.calls).toEqual([]);
  });

  const creations = `/ami-creation/lifecycles/${lifecycleId}`;
  const patches = `/ami-patch/lifecycles/${lifecycleId}`;
  const component = ['s3://components/openssl.yaml', 'update openssl', 'MINOR'];

  /** Lines of the main menu and of the utilities by how far down they are, what is typed, and the request that is shown. */
  it.each([
    ['Patch approved AMI', [2, 0], [lifecycleId, ...component], 'POST', '/ami-patch/lifecycles'],
    ['Continue AMI Patching', [3, 0], [lifecycleId], 'PUT', '/ami-patch/lifecycles'],
    [
      'Simulate QA Certification Response',
      [4, 4],
      [lifecycleId, 'CERTIFIED'],
      'POST',
      `${creations}/certify`,
    ],
    ['Simulate AMI Approval AMI Creation', [4, 5], [lifecycleId, 'FAILED'], 'POST', `${creations}/approve`],
    ['Simulate AMI Approval AMI Patch', [4, 6], [lifecycleId, 'APPROVED'], 'POST', `${patches}/approve`],
  ] as const)(
    '[W-C7] lead by %s to its request, which waits for a yes',
    async (_line, [main, line], typed, method, path) => {
      await terminal.until(mainMenu);
      terminal.press(...Array(main).fill('Down'), 'Enter');
      await terminal.until(/Previous Menu/);
      terminal.press(...Array(line).fill('Down'), 'Enter');
      for (const [index, text] of typed.entries()) {
        await terminal.until(new RegExp(`(Enter the [^\\n]*\\n[\\s\\S]*){${index + 1}}$`));
        terminal.press(text, 'Enter');
      }
      const asked = await terminal.until(/Do you want to proceed with the API request\?/);
      // A line that is longer than the terminal is wide goes on in the next.
      expect(asked.replaceAll('\n', '')).toContain(`${method} api_endpoint: ${stub.endpoint}${path}Do you`);
      terminal.press('q', 'Enter');
      await terminal.until(/ended 0/);
      expect(writes()).toEqual([]);
    },
  );

  it.each([
    ['Get Status Url by LifecycleId', 0, [lifecycleId], `${creations}/status`],
    ['Get Statuses Url', 1, [], '/ami-creation/lifecycles/status'],
    ['Get Timeline Url for AMI Patch', 3, [lifecycleId], `${patches}/timeline`],
  ] as const)(
    '[W-C4] lead by %s to what it names, and to the main menu after it',
    async (_line, down, typed, path) => {
      await terminal.until(mainMenu);
      terminal.press('Up', 'Up', 'Enter');
      await terminal.until(/> Get Status Url by LifecycleId/);
      terminal.press(...Array(down).fill('Down'), 'Enter');
      for (const text of typed) {
        await terminal.until(/Enter the lifecycle_id:\n/);
        terminal.press(text, 'Enter');
      }
      expect(await terminal.until(/Do you want to exit\?/)).toContain(`${stub.endpoint}${path}\n`);
      terminal.press('n', 'Enter');
      await terminal.until(/exit\?[\s\S]*> Create AMI\n/);
      terminal.press('C-c');
      await terminal.until(/ended 0/);
      expect(writes()).toEqual([]);
    },
  );

  it('[W-C1] [W-C7] send a request once, after answers that were not taken', async () => {
    await terminal.until(mainMenu);
    terminal.press('Down', 'Enter');
    await terminal.until(/> \[ \] Smoke Tests/);
    terminal.press('Enter');
    await terminal.until(/Enter the lifecycle_id:\n/);
    terminal.press('none', 'Enter');
    await terminal.until(/an id is like/);
    terminal.press(lifecycleId, 'Enter');
    await terminal.until(/\(y\/n\/q\):/);
    terminal.press('maybe', 'Enter');
    await terminal.until(/please enter y, n or q/);
    terminal.press('y', 'Enter');
    const answered = await terminal.until(/Do you want to exit\?/);
    expect(answered).toContain(`${stub.endpoint}/ami-creation/lifecycles/${lifecycleId}/status\n`);
    terminal.press('n', 'Enter');
    await terminal.until(/exit\?[\s\S]*> Create AMI\n/);
    terminal.press('Up', 'Enter');
    await terminal.until(/ended 0/);
    expect(writes()).toMatchObject([{ method: 'PUT', key, body: { lifecycle_id: lifecycleId } }]);
  });

  it('[W-C4] [W-C7] show timelines, go back from a question, and end with the input', async () => {
    await terminal.until(mainMenu);
    terminal.press('Up', 'Up', 'Enter');
    await terminal.until(/> Get Status Url by LifecycleId/);
    terminal.press('Enter');
    await terminal.until(/Enter the lifecycle_id:\n/);
    terminal.press('Escape');
    await terminal.until(/lifecycle_id:[\s\S]*> Get Status Url by LifecycleId/);
    terminal.press('Down', 'Down', 'Enter');
    await terminal.until(/Enter the lifecycle_id:\n[\s\S]*Enter the lifecycle_id:\n/);
    terminal.press(lifecycleId, 'Enter');
    const shown = await terminal.until(/Do you want to exit\?/);
    expect(shown).toContain('○ AMI Build and Creation');
    expect(shown).not.toContain(key);
    terminal.press('C-d');
    await terminal.until(/ended 0/);
    expect(writes()).toEqual([]);
  });
});
