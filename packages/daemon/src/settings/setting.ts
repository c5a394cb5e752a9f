import * as z from 'zod';

/**
 * One thing that a daemon can be told. Its name in the table is its key in the configuration file; the long name of its flag gives its
 * environment variable.
 */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  /** What it is for, in one line. */
  readonly summary: string;
  /** Of its value. The messages of the schema say what it has to be, such as `a whole number`. */
  readonly schema: Schema;
  /** As the command line has it, `--listen <host:port>`; left out, only the file can give it. */
  readonly flag?: string;
  /** The value that a text stands for, on the command line or in the environment. @default the text */
  readonly fromText?: (text: string) => unknown;
  /** As it would stand in the file. */
  readonly default?: unknown;
  /** Refuses to start without it. */
  readonly required?: true;
}

/** All settings of a daemon by their keys in the configuration file. */
export type SettingTable = Readonly<Record<string, Setting>>;

/** What a daemon gets to work with: each setting checked, from wherever it came. */
export type Settings<Table extends SettingTable> = {
  readonly [K in keyof Table]: Table[K] extends { readonly required: true } | { readonly default: unknown }
    ? z.output<Table[K]['schema']>
    : z.output<Table[K]['schema']> | undefined;
};

/** A whole number, written in digits. What is something else stays as it is, for the schema to refuse. */
export const wholeNumberFromText = (text: string): unknown => (/^\d{1,15}$/.test(text) ? Number(text) : text);

/** `true` or `false`. */
export const switchFromText = (text: string): unknown =>
  ({ true: true, false: false })[text.toLowerCase()] ?? text;

/** The long name of a flag, `--listen`. */
export const flagName = (flag: string): string => /--[a-z0-9-]+/.exec(flag)?.[0] ?? flag;

/** The environment variable of a flag: `--listen` of `image-unpacker` is `IMAGE_UNPACKER_LISTEN`. */
export const variableName = (program: string, flag: string): string =>
  `${program}-${flagName(flag).slice(2)}`.replaceAll('-', '_').toUpperCase();

/** What the configuration file of a daemon may hold. */
export const fileSchema = (table: SettingTable) =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(table).map(([key, { schema, summary, default: value }]) => [
        key,
        schema.optional().meta({ description: summary, ...(value !== undefined && { default: value }) }),
      ]),
    ),
  );
