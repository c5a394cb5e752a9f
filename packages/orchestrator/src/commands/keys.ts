import { invalidOption, systemClock } from '@ami-publisher/base';
import { type Settings, type SettingTable, settingsCommand } from '@ami-publisher/daemon';
import { Command } from 'commander';
import { KeySecrets } from '../keys/key-secrets.js';
import { KeyStore, type NewKey } from '../keys/key-store.js';
import { isUsable } from '../keys/keys.js';
import { SharedKeys } from '../keys/shared-keys.js';
import { program } from '../program.js';
import { databaseChoice } from '../settings.js';
import { openDatabase } from '../store/database.js';
import type { StoredKey } from '../store/tables.js';
import { createKeySettings, listKeySettings, revokeKeySettings, rotateKeySettings } from './key-settings.js';

const hourMs = 3_600_000;

/** The keys of a server, and, where a store is named, its secrets. */
interface OpenKeys {
  readonly keys: KeyStore;
  readonly shared: SharedKeys | undefined;
}

/** `keys create|rotate|revoke|list`. A new key is printed once, or put into secrets, and can be read nowhere else afterwards. */
export const keysCommand = (environment: NodeJS.ProcessEnv, writeLine: (line: string) => void): Command => {
  const writeAll = (rows: readonly object[]): void => {
    for (const row of rows) writeLine(JSON.stringify(row));
  };
  const command = <Table extends SettingTable & typeof listKeySettings>(
    name: string,
    description: string,
    settings: Table,
    act: (open: OpenKeys, settings: Settings<Table>) => Promise<void>,
  ): Command =>
    settingsCommand(name, {
      program,
      description,
      settings,
      environment,
      run: (given) => withKeys(given as Settings<typeof listKeySettings>, (open) => act(open, given)),
    });
  const create = command('create', 'make a key and print it', createKeySettings, async (open, settings) => {
    const newKey = newKeyOf(settings);
    if (open.shared === undefined) writeLine(await open.keys.create(newKey));
    else writeAll(await open.shared.create(newKey));
  });
  const rotate = command(
    'rotate',
    'make another key for a name and print it',
    rotateKeySettings,
    async ({ keys, shared }, { name, overlapHours }) => {
      const overlapMs = overlapHours * hourMs;
      if (shared === undefined) writeLine(await keys.rotate(name, overlapMs));
      else writeAll(await shared.rotate(name, overlapMs));
    },
  );
  const revoke = command(
    'revoke',
    'end all keys of a name at once',
    revokeKeySettings,
    ({ keys, shared }, { name }) => (shared ?? keys).revoke(name),
  );
  const list = command(
    'list',
    'print all keys, without their secrets, one JSON object a line',
    listKeySettings,
    async ({ keys, shared }) => {
      writeAll((await keys.list()).map(shown));
      if (shared !== undefined) writeAll(await shared.held());
    },
  );
  return new Command('keys')
    .description('about the keys of the server; beside an embedded database only while no server works in it')
    .addCommand(create)
    .addCommand(rotate)
    .addCommand(revoke)
    .addCommand(list);
};

const newKeyOf = ({ name, roles, operations, expiresDays }: Settings<typeof createKeySettings>): NewKey => {
  if (roles.length + operations.length === 0) throw invalidOption('--roles', 'given, or --operations', '');
  const expiresAt =
    expiresDays === undefined ? null : new Date(systemClock.now() + expiresDays * 24 * hourMs);
  return { name, roles, operations, expiresAt };
};

const withKeys = async (
  settings: Settings<typeof listKeySettings>,
  act: (open: OpenKeys) => Promise<void>,
): Promise<void> => {
  const database = await openDatabase(databaseChoice(settings));
  let secrets: KeySecrets | undefined;
  try {
    const keys = new KeyStore(database.db, systemClock);
    if (settings.store !== undefined) secrets = await KeySecrets.open(settings);
    await act({ keys, shared: secrets && new SharedKeys(keys, secrets) });
  } finally {
    secrets?.close();
    await database.close();
  }
};

const shown = (key: StoredKey) => {
  const { hash: _hash, ...rest } = key;
  return { ...rest, usable: isUsable(key, systemClock.now()) };
};
