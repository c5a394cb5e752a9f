import { describe, expect, it } from 'vitest';
import type { CommandDefinition } from '../commands/definition.js';
import { commandGroups } from '../commands/index.js';
import { oldFlags } from './flags.js';
import { parseGoFlags, parseGoValue } from './go-flags.js';
import { toShell } from './shell-words.js';
import { arityOf, type OldCommand, oldCommands } from './sub-commands.js';
import { translate } from './translate.js';

const call = async (...words: string[]) => {
  const { values, rest } = await parseGoFlags(words, oldFlags);
  const [name, ...positional] = rest;
  const command = oldCommands.find((candidate) => candidate.name === name) as OldCommand;
  const usual = await Promise.all(
    oldFlags.map(async (flag) => [flag.name, await parseGoValue(flag, flag.default)] as const),
  );
  const flags = { all: oldFlags, values: new Map([...usual, ...values]), given: new Set(values.keys()) };
  return translate(command, positional, flags);
};
const newForm = async (...words: string[]) => toShell((await call(...words)).words);

describe('a call in the new form', () => {
  it.each([
    [['list-streams'], "list-streams --targets='*,*'"],
    [['-targets=prod,;dev,eu-west-1', 'list-streams'], "list-streams --targets='prod,;dev,eu-west-1'"],
    [
      ['-instanceName', 'Other', '-skipTargets=dev,*', '-certDirectory=/c', 'list-unpackers'],
      "list-unpackers --targets='*,*' --skip-targets='dev,*' --instance-name=Other --certs=/c",
    ],
    [['prepare-unpackers', 'base//x/'], "prepare-unpackers base/x --targets='*,*'"],
    [
      ['-tags=a=1,b=', '-amiName=ignored', 'set-tags-on-unpackers'],
      "set-tags-on-unpackers --targets='*,*' --tag=a=1 --tag=b=",
    ],
    [['delete-tags-on-unpackers', '-x'], "delete-tags-on-unpackers --targets='*,*' --yes -- -x"],
    [
      ['-imageServerHostname=images', '-minFreeBytes=1', '-enaSupport', '-expiresIn=0', 'publish', 's', 'l'],
      "publish s l --targets='*,*' --image-server=images:6971 --min-free=1 --boot-mode=legacy-bios --no-imds-v2-only --root-device-name=/dev/sda1",
    ],
    [
      ['-expiresIn=90m', '-ignoreMissingUnpackers', '-amiName=a b', 'publish', 's', 'l'],
      "publish s l --targets='*,*' --image-server=localhost:6971 --ami-name='a b' --no-ena-support --expires-in=90m --ignore-missing-unpackers --boot-mode=legacy-bios --no-imds-v2-only --root-device-name=/dev/sda1",
    ],
  ])('of %j', async (words, text) => {
    expect(await newForm(...words)).toBe(text);
  });

  it('says that AMIs expire in an hour, which only the old form has by default', async () => {
    expect(await newForm('publish', 's', 'l')).toContain(' --expires-in=1h ');
  });

  it('has variables for the files of AWS clients', async () => {
    expect(await call('-awsCredentialsFile=/a', '-awsConfigFile=/b', 'list-streams')).toMatchObject({
      variables: { AWS_SHARED_CREDENTIALS_FILE: '/a', AWS_CONFIG_FILE: '/b' },
    });
  });

  it('tells what has no effect', async () => {
    expect((await call('-logDatestamps=false', 'list-streams')).ignored).toEqual([
      expect.stringMatching(/^-logDatestamps has no effect: /),
    ]);
  });

  it('[W44] tells that the first image of a stream takes no instance and no login', async () => {
    const flags = ['-marketplaceImage=x', '-marketplaceLoginName=admin', '-instanceType=t3.large'];
    const { words, ignored } = await call(
      ...flags,
      '-sshKeyName=k',
      'copy-bootstrap-image',
      'base//unpacker',
    );
    expect(words).toEqual(['copy-bootstrap-image', 'base/unpacker', '--targets=*,*']);
    expect(ignored.map((sentence) => sentence.replace(/ .*/, ''))).toEqual([
      ...['-instanceType', '-sshKeyName', '-marketplaceImage', '-marketplaceLoginName'],
    ]);
  });
  it('names the account that shares its AMIs, and none if it has no name', async () => {
    expect(await newForm('-sharingAccountName=a', 'publish', 's', 'l')).toContain(' --sharing-account=a ');
    expect(await newForm('-sharingAccountName=', 'publish', 's', 'l')).not.toContain('sharing-account');
  });

  it.each(['-s3Bucket=b', '-s3Folder=f'])(
    '[W55] is refused with %s, and not if a command does not read it',
    async (flag) => {
      await expect(call(flag, 'publish', 's', 'l')).rejects.toThrow(
        'AMIs in S3 (instance store) are not made',
      );
      await expect(call(flag, 'list-streams')).resolves.toBeDefined();
      await expect(call(flag.replace(/=.*/, '='), 'publish', 's', 'l')).resolves.toBeDefined();
    },
  );

  it.each([[['publish', 's']], [['publish', 's', 'l', '-targets=x']], [['list-streams', 'x']], [['delete']]])(
    'needs the right number of arguments, unlike %j',
    async (words) => {
      await expect(call(...words)).rejects.toThrow(/^expected: .* \(flags go before it\)$/);
    },
  );
});

const newCommands = new Map<string, CommandDefinition>(
  commandGroups.flatMap(({ commands }) => commands.map((command) => [command.name, command] as const)),
);

describe('the tables of the reference', () => {
  it('have its 23 sub-commands in order, and the new form has all of them', () => {
    const names = oldCommands.map(({ name }) => name);
    expect(names).toHaveLength(23);
    expect(names).toEqual([...names].sort());
    expect(names.filter((name) => !newCommands.has(name))).toEqual([]);
  });

  it('have no flag twice, and none that no sub-command reads but those of the whole call', () => {
    const names = oldFlags.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const read = new Set(oldCommands.flatMap(({ flags }) => flags));
    expect([...read].filter((name) => !names.includes(name))).toEqual([]);
    const ofAll = oldFlags.filter(({ name, becomes }) => !read.has(name) && !('ignored' in becomes));
    expect(ofAll.map(({ name }) => name)).toEqual(['version', 'awsCredentialsFile', 'awsConfigFile']);
  });

  it.each(oldCommands.map((command) => [command.name, command] as const))(
    'give %s options and arguments that it has',
    async (name, command) => {
      const { options = [], arguments: names = [] } = newCommands.get(name) as CommandDefinition;
      const known = options.flatMap(({ flags }) => flags.match(/--[a-z0-9-]+/g) ?? []);
      const become = oldFlags
        .filter((flag) => command.flags.includes(flag.name))
        .flatMap(({ becomes }) =>
          Object.values(becomes)
            .map(String)
            .filter((text) => /^--[a-z-]+$/.test(text)),
        );
      const added = (command.added ?? []).map((word) => word.replace(/=.*/, ''));
      expect([...become, ...added].filter((option) => !known.includes(option))).toEqual([]);
      const { min, max } = arityOf(command);
      const ours = arityOf({ arguments: names.map((argument) => argument.name) });
      expect(ours.min).toBeLessThanOrEqual(min);
      expect(ours.max).toBeGreaterThanOrEqual(max);
    },
  );
});
