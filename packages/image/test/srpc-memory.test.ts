import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { createAuthority } from '../../srpc/test/support/certificates.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const bench = resolve(import.meta.dirname, '../../../bench');
/** With all that Node itself takes, 75 MB. With a schema for each inode, whose garbage gets old before it is collected, it is not enough. */
const rssLimitBytes = 300_000_000;
/** As Node 20 has by itself; later ones let far more garbage pile up between two collections. */
const heapFlags = ['--max-semi-space-size=16'];

it('makes a manifest of 200,000 inodes of an image server of Go in 300 MB', async () => {
  const directory = temporaryDirectory();
  const authority = await createAuthority('estate');
  writeFileSync(join(directory, 'CA.pem'), authority.ca);
  const { cert, key } = await authority.issue({ name: 'imageserver' });
  writeFileSync(join(directory, 'imageserver.cert'), cert);
  writeFileSync(join(directory, 'imageserver.key'), key);
  const server = spawn(process.execPath, [join(bench, 'srpc-server.mjs'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void server.kill());
  const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
  const { srpc } = (JSON.parse(line) as { readonly listening: { readonly srpc: string } }).listening;
  const client = spawn(
    process.execPath,
    [...heapFlags, join(bench, 'srpc-run.mjs'), 'tree', srpc, directory],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const printed = await text(client.stdout);
  expect(printed).not.toBe('');
  const { count, peakBytes } = JSON.parse(printed) as { readonly count: number; readonly peakBytes: number };
  expect(count).toBe(200_001);
  expect(peakBytes).toBeLessThan(rssLimitBytes);
}, 180_000);
