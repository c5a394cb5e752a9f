import { settingsCommand } from '@ami-publisher/daemon';
import type { Command } from 'commander';
import { program } from '../program.js';
import { databaseChoice, databaseSettings } from '../settings.js';
import { openDatabase } from '../store/database.js';
import { migrate } from '../store/migrate.js';

/** `migrate`. */
export const migrateCommand = (environment: NodeJS.ProcessEnv, writeLine: (line: string) => void): Command =>
  settingsCommand('migrate', {
    program,
    description: 'bring the tables of a database up to date; an embedded one is whenever it is opened',
    settings: databaseSettings,
    environment,
    run: async (settings) => {
      const database = await openDatabase(databaseChoice(settings), { migrating: true });
      try {
        const done = await migrate(database.db);
        writeLine(done.length === 0 ? 'the database is up to date' : `migrated: ${done.join(', ')}`);
      } finally {
        await database.close();
      }
    },
  });
