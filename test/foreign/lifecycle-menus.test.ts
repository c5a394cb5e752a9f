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
      terminal.press('C-l', ...Array(down).fill('Down'), 'Enter');
      await terminal.until(new RegExp(`${title}[\\s\\S]*Previous Menu`));
      // Esc from three of them, the last line of the others, which is one up from the first.
      terminal.press(...(down % 2 === 0 ? ['Escape'] : ['Up', 'Enter']));
      await terminal.until(new RegExp(`${title}[\\s\\S]*> Create AMI\\n`));
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
