import { Command } from 'commander';
import { readConfigurationFile } from './configuration-file.js';
import { settingsJsonSchema } from './reference.js';
import { resolveSettings } from './resolve-settings.js';
import { flagName, type Setting, type Settings, type SettingTable, variableName } from './setting.js';

/** What makes a command that takes settings. */
export interface SettingsCommandOptions<Table extends SettingTable> {
  /** Name of the program. */
  readonly program: string;
  /** What the command does, one sentence. */
  readonly description: string;
  readonly settings: Table;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Does it; the command ends when it has. */
  readonly run: (settings: Settings<Table>) => Promise<void>;
}

/** What makes the command line of a daemon. */
export interface DaemonCommandOptions<Table extends SettingTable> extends SettingsCommandOptions<Table> {
  readonly version: string;
  /** More help: examples. */
  readonly notes: string;
  readonly writeLine: (line: string) => void;
}

const configFlag = '--config <file>';

/** The command line of a daemon: a flag for each setting that has one, `--config`, and the sub-commands `config check` and `config schema`. */
export const daemonCommand = <Table extends SettingTable>(options: DaemonCommandOptions<Table>): Command =>
  settingsCommand(options.program, options)
    .version(options.version)
    .addHelpText('after', `\n${environmentNote(options.program)}\n${options.notes}`)
    .addCommand(configCommand(options));

/** A command with a flag for each setting that has one, and `--config`. */
export const settingsCommand = <Table extends SettingTable>(
  name: string,
  { program, description, settings, environment, run }: SettingsCommandOptions<Table>,
): Command => {
  const command = new Command(name)
    .description(description)
    .option(configFlag, 'configuration file, YAML; flags and environment variables go before it')
    .showHelpAfterError(`(see ${program} --help)`);
  for (const setting of Object.values(settings)) {
    if (setting.flag !== undefined) command.option(setting.flag, describe(setting));
  }
  return command.action((_flags: unknown, { options: known }: Command) => {
    const flags = Object.fromEntries(
      known.map((option) => [option.long ?? '', command.getOptionValue(option.attributeName())]),
    );
    const file = flags[flagName(configFlag)] ?? environment[variableName(program, configFlag)];
    return run(
      resolveSettings(settings, { program, flags, environment, file: file === '' ? undefined : file }),
    );
  });
};

const describe = ({ summary, default: value, required }: Setting): string => {
  if (required) return `${summary} (required)`;
  return value === undefined || value === false ? summary : `${summary} (default: ${value})`;
};

const environmentNote = (program: string): string =>
  `Each flag has an environment variable, such as ${variableName(program, '--log-level')} for --log-level, and a place in the configuration
file, which \`${program} config schema\` lists. A flag goes before the variable, and that before the file.`;

const configCommand = <Table extends SettingTable>({
  settings,
  program,
  writeLine,
}: DaemonCommandOptions<Table>): Command =>
  new Command('config')
    .description('about the configuration file')
    .addCommand(
      new Command('schema').description('print its JSON Schema').action(() => {
        writeLine(JSON.stringify(settingsJsonSchema(program, settings), undefined, 2));
      }),
    )
    .addCommand(
      new Command('check')
        .description('say what is wrong with a file; status 2 if anything is')
        .argument('<file>')
        .action((file: string) => {
          readConfigurationFile(file, settings);
          writeLine(`${file}: no faults`);
        }),
    );
