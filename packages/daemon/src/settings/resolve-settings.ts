import { AmiPublisherError } from '@ami-publisher/base';
import { type ConfigurationFile, readConfigurationFile } from './configuration-file.js';
import { ruleOf, show } from './issue.js';
import { flagName, type Setting, type Settings, type SettingTable, variableName } from './setting.js';

/** Where the settings of a daemon come from. */
export interface SettingSources {
  /** Name of the daemon's program; its environment variables begin with it. */
  readonly program: string;
  /** What the command line gives, by long flag name (`--listen`); `true` for a flag without a value. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Configuration file. */
  readonly file?: string | undefined;
}

interface Given {
  /** What to call it in a message. */
  readonly place: string;
  readonly value: unknown;
}

/**
 * Finds the value of each setting: a flag goes before an environment variable, that before the configuration file, and that before the
 * default. An empty variable counts as none.
 *
 * @throws `INVALID_OPTION` for a flag, a variable, or a setting that nothing gives; `INVALID_CONFIGURATION` for the file.
 */
export const resolveSettings = <Table extends SettingTable>(
  table: Table,
  sources: SettingSources,
): Settings<Table> => {
  const file = sources.file === undefined ? undefined : readConfigurationFile(sources.file, table);
  return Object.fromEntries(
    Object.entries(table).map(([key, setting]) => {
      const given = givenTo(key, setting, sources, file);
      if (given !== undefined) return [key, checked(setting, given)];
      if (setting.required) throw missing(key, setting, sources.program);
      return [key, undefined];
    }),
  ) as Settings<Table>;
};

const givenTo = (
  key: string,
  setting: Setting,
  { program, flags, environment }: SettingSources,
  file: ConfigurationFile | undefined,
): Given | undefined => {
  const read = setting.fromText ?? ((text: string) => text);
  const candidates: (Given | undefined)[] = [
    file && { place: `${file.placeOf(key)}: \`${key}\``, value: file.values[key] },
    { place: `\`${key}\``, value: setting.default },
  ];
  if (setting.flag !== undefined) {
    const flag = flagName(setting.flag);
    const variable = variableName(program, setting.flag);
    const text = environment[variable];
    const ofFlag = flags[flag];
    candidates.unshift(
      { place: `\`${flag}\``, value: typeof ofFlag === 'string' ? read(ofFlag) : ofFlag },
      { place: `\`${variable}\``, value: text === undefined || text === '' ? undefined : read(text) },
    );
  }
  return candidates.find((candidate) => candidate?.value !== undefined);
};

const checked = (setting: Setting, { place, value }: Given): unknown => {
  const result = setting.schema.safeParse(value);
  if (result.success) return result.data;
  const rules = result.error.issues.map(ruleOf).join(', ');
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `expected ${place} to be ${rules}, got ${show(value)}`,
  });
};

const missing = (key: string, { flag }: Setting, program: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message:
      flag === undefined
        ? `expected \`${key}\` in the configuration file, got none`
        : `expected \`${flagName(flag)}\`, \`${variableName(program, flag)}\` or \`${key}\` in the configuration file, got none of them`,
    remedy: `see \`${program} --help\``,
  });
