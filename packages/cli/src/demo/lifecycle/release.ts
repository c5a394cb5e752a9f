import { execFile } from 'node:child_process';
import { copyFile, mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AmiPublisherError } from '@ami-publisher/base';

const run = promisify(execFile);

/** What a patch's steps and smoke tests call, from this machine. */
const programs = ['/bin/sh', '/bin/bash', '/bin/cat', '/bin/chmod', '/bin/mkdir'];

/** The file that the patch changes, and what it says before and after. */
export const notice = { path: 'etc/motd', before: 'release 1\n', after: 'release 1, patched\n' } as const;

/** The vulnerability that the release has and the patch ends. */
export const vulnerability = {
  id: 'CVE-2026-0001',
  package: 'openssl',
  fixedIn: '3.0.3-1',
  severity: 'MEDIUM',
} as const;

const packagesWith = (version: string): string =>
  `Package: ${vulnerability.package}\nStatus: install ok installed\nVersion: ${version}\n`;

/**
 * Makes a small system that commands can run in: a shell with what it needs, and the packages that it says it has.
 *
 * @throws `INVALID_OPTION` on a machine without the GNU C library, whose programs cannot be taken along.
 */
export const buildRelease = async (root: string): Promise<void> => {
  for (const program of programs) await addProgram(root, program);
  await write(root, 'etc/os-release', 'NAME="lifecycle demo"\n');
  await write(root, notice.path, notice.before);
  await write(root, 'var/lib/dpkg/status', packagesWith('3.0.2-1'));
};

const write = async (root: string, path: string, content: string): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
};

/** Copies a program with the libraries that it needs. */
const addProgram = async (root: string, program: string): Promise<void> => {
  const { stdout } = await run('ldd', [program]).catch((cause: Error) => {
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `the demo of lifecycles makes its system of programs of this machine, and ldd ${program} fails: ${cause.message}`,
      resource: program,
      remedy: 'run it on Linux with the GNU C library, such as Debian or Fedora',
      cause,
    });
  });
  const libraries = [...stdout.matchAll(/(\/\S+)(?= \(0x)/g)].map(([library]) => library);
  for (const file of [program, ...libraries]) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await copyFile(await realpath(file), join(root, file));
  }
};

/** The component document of the patch. */
export const component = `name: newer-openssl
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: openssl
        action: CreateFile
        inputs:
          - path: /var/lib/dpkg/status
            content: ${JSON.stringify(packagesWith(vulnerability.fixedIn))}
      - name: notice
        action: ExecuteBash
        inputs:
          commands:
            - echo ${JSON.stringify(notice.after.trim())} > /${notice.path}
  - name: validate
    steps:
      - name: notice
        action: ExecuteBash
        inputs:
          commands:
            - '[[ $(< /${notice.path}) == *patched ]]'
`;
