import * as z from 'zod';
import { fileSchema, type SettingTable, variableName } from './setting.js';

/** JSON Schema of a daemon's configuration file, for editors and checks. */
export const settingsJsonSchema = (program: string, table: SettingTable): object => ({
  title: `Configuration file of ${program}`,
  ...z.toJSONSchema(fileSchema(table), { io: 'input' }),
});

/** The settings as a page in Markdown. */
export const settingsPage = (program: string, table: SettingTable): string =>
  [
    `# Settings of ${program}`,
    `Written by \`node scripts/docs.mjs\`. A flag goes before the environment variable, that before the configuration file
(\`--config\` or \`${variableName(program, '--config')}\`; YAML, [schema](${program}.schema.json)), and that before the default.`,
    settingRows(program, table),
  ].join('\n\n');

const settingRows = (program: string, table: SettingTable): string => {
  const rows = Object.entries(table).map(([key, { flag, summary, default: value, required }]) => [
    code(key),
    flag === undefined ? '' : code(flag),
    flag === undefined ? '' : code(variableName(program, flag)),
    required ? '*required*' : value === undefined ? '' : code(String(value)),
    summary,
  ]);
  const head = ['in the file', 'flag', 'environment', 'default', 'meaning'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
};

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');
