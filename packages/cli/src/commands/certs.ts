import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AmiPublisherError, invalidOption, parseWholeNumber } from '@ami-publisher/base';
import { readDefaults } from '@ami-publisher/core';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  type IssueOptions,
  loadCertificateAuthority,
  roles,
} from '@ami-publisher/protocol';
import { exitCodes } from '../exit-codes.js';
import { outputOptionsOf, type TableView, writeResult } from '../output/render.js';
import type { CommandRunner } from './definition.js';

interface Made {
  readonly file: string;
  readonly what: string;
}

const view: TableView<readonly Made[]> = {
  head: ['FILE', 'WHAT'],
  sentences: true,
  empty: 'nothing to do',
  rows: (made) => made.map(({ file, what }) => [file, what]),
};

type Wanted = Pick<IssueOptions, 'role' | 'server'> & { readonly name: string; readonly what: string };

/** `certs create [DIRECTORY]`: an authority that is there already is used again; no file is written over. */
export const createCertificates: CommandRunner = async ([given], options) => {
  const directory = given ?? readDefaults().certificateDirectory;
  const days = typeof options.days === 'string' ? parseWholeNumber('days', options.days, 1) : 365;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const made: Made[] = [];
  const authority = await ensureAuthority(directory, made);
  for (const wanted of wantedCertificates((options.unpacker as string[] | undefined) ?? [])) {
    const { name, what, ...issue } = wanted;
    const issued = await authority.issue({ ...issue, commonName: name, from: Date.now(), days });
    const file = join(directory, `${name}.cert`);
    if (!(await writeNew(file, issued.cert, 0o644))) continue;
    await writeFile(join(directory, `${name}.key`), issued.key, { mode: 0o600 });
    made.push({ file, what });
  }
  await writeResult(made, view, outputOptionsOf(options));
  if (made.length === 0)
    process.stderr.write(`${directory} has them all; remove a .cert file to have it made anew\n`);
  return exitCodes.success;
};

const ensureAuthority = async (directory: string, made: Made[]): Promise<CertificateAuthority> => {
  const certFile = join(directory, 'CA.pem');
  const keyFile = join(directory, 'CA-key.pem');
  try {
    return await loadCertificateAuthority({
      cert: await readFile(certFile, 'utf8'),
      key: await readFile(keyFile, 'utf8'),
    });
  } catch (reason) {
    if ((reason as NodeJS.ErrnoException).code !== 'ENOENT') throw unusableAuthority(certFile, reason);
  }
  const authority = await createCertificateAuthority({
    commonName: 'ami-publisher private CA',
    from: Date.now(),
  });
  if (!(await writeNew(certFile, authority.cert, 0o644))) {
    throw unusableAuthority(certFile, `its key ${keyFile} is missing`);
  }
  await writeFile(keyFile, authority.key, { mode: 0o600 });
  made.push({ file: certFile, what: 'certificate authority; keep CA-key.pem off the machines' });
  return authority;
};

const unusableAuthority = (file: string, why: unknown): AmiPublisherError =>
  new AmiPublisherError('CERTIFICATE_REFUSED', {
    message: `cannot issue certificates with ${file}: ${why instanceof Error ? why.message : why}`,
    resource: file,
    remedy: 'name another folder, or move the file away to begin a new authority',
    cause: why,
  });

const wantedCertificates = (unpackers: readonly string[]): Wanted[] => [
  ...roles.map((role) => ({ name: role, role, what: `client certificate, role ${role}` })),
  {
    name: 'imageserver',
    server: { service: 'imageserver', account: '*', region: '*' } as const,
    what: 'server certificate of the image server',
  },
  ...unpackers.map((text) => {
    const [account, region, ...rest] = text.split(',');
    if (account === undefined || region === undefined || rest.length > 0 || !/^(\d{12}|\*)$/.test(account)) {
      throw invalidOption(
        'unpacker',
        'a 12-digit account id and a region, such as 123456789012,us-east-1',
        text,
      );
    }
    return {
      name: `unpacker-${account}-${region}`.replaceAll('*', 'any'),
      server: { service: 'unpacker', account, region } as const,
      what: `server certificate of the unpacker in ${text}`,
    };
  }),
];

/** Returns whether the file was written: one that is there stays. */
const writeNew = async (file: string, text: string, mode: number): Promise<boolean> => {
  try {
    await writeFile(file, text, { flag: 'wx', mode });
    return true;
  } catch (reason) {
    if ((reason as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw reason;
  }
};
