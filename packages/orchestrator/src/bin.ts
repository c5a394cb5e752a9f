import { runProgram } from '@ami-publisher/daemon';
import { Command } from 'commander';
import { keysCommand } from './commands/keys.js';
import { migrateCommand } from './commands/migrate.js';
import { serveCommand } from './commands/serve.js';
import { program } from './program.js';
import { version } from './version.js';

const writeLine = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

await runProgram(
  program,
  new Command(program)
    .description(
      'Takes AMIs from their build through tests, certification and approval, and through patches.',
    )
    .version(version)
    .addCommand(serveCommand())
    .addCommand(migrateCommand(process.env, writeLine))
    .addCommand(keysCommand(process.env, writeLine)),
);
