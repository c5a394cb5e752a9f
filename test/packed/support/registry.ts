import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A registry of npm that runs. */
export interface Registry {
  /** Where it listens, with a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

interface Release {
  readonly name: string;
  readonly packument: object;
  readonly tarball: Buffer;
}

/**
 * Serves tarballs as npm's registry does, on loopback: a package's document at `/NAME`, its tarball where the document says.
 *
 * @param directory holds the tarballs
 */
export const serveRegistry = async (directory: string): Promise<Registry> => {
  const releases = new Map<string, Release>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    const release = releases.get(path.replace(/\.tgz$/, ''));
    if (release === undefined) response.writeHead(404).end('{}');
    else if (path.endsWith('.tgz')) response.end(release.tarball);
    else
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(release.packument));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (const file of readdirSync(directory)) {
    const release = readRelease(join(directory, file), url);
    releases.set(release.name, release);
  }
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const readRelease = (file: string, url: string): Release => {
  const tarball = readFileSync(file);
  const manifest = JSON.parse(
    execFileSync('tar', ['-xzOf', file, 'package/package.json'], { encoding: 'utf8' }),
  ) as { readonly name: string; readonly version: string };
  const { name, version } = manifest;
  const dist = {
    tarball: `${url}${name}.tgz`,
    integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
  };
  return {
    name,
    tarball,
    packument: { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } },
  };
};
