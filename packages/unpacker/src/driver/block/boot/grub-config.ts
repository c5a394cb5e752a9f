import type { ResolvedBootSettings } from './resolve-boot-settings.js';

/** What GRUB boots. */
export interface BootEntry {
  /** `STREAM/LEAF`. */
  readonly title: string;
  readonly rootUuid: string;
  /** Absolute paths on the root file system. */
  readonly kernel: string;
  readonly initrd: string;
}

/** Where GRUB finds its configuration, and looks for modules that it does not have built in. */
const grubFolder = '/boot/grub';

/**
 * What is built into GRUB itself: how to find the configuration on the file system with the UUID. Another disk may have a copy of that file
 * system, so the partition that GRUB was started for, the first of its own disk, is tried first.
 */
export const embeddedConfig = (rootUuid: string): string =>
  `search.fs_uuid ${rootUuid} root $root\nset prefix=($root)${grubFolder}\n`;

/** The prefix that GRUB begins with: the first partition of the disk that it was loaded from. */
export const grubPrefix = `(,gpt1)${grubFolder}`;

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

/** How GRUB is told of a serial port; undefined for one that only a kernel knows. */
const serialCommand = (serialConsole: string | undefined): string | undefined => {
  const [, unit, speed = '115200'] = /^ttyS(\d+)(?:,(\d+))?/.exec(serialConsole ?? '') ?? [];
  return unit && `serial --unit=${unit} --speed=${speed}`;
};

/** EFI firmware sends its console over the serial port by itself. */
const serialTerminal = ({ serialConsole }: ResolvedBootSettings): string[] => {
  const command = serialCommand(serialConsole);
  if (command === undefined) return [];
  return [
    'if [ "$grub_platform" = pc ]; then',
    `  if ${command}; then`,
    '    terminal_input console serial',
    '    terminal_output console serial',
    '  fi',
    'fi',
  ];
};

const kernelArguments = ({ rootUuid }: BootEntry, settings: ResolvedBootSettings): string[] => [
  `root=UUID=${rootUuid}`,
  'ro',
  'console=tty0',
  // The last console is the one that init talks through.
  ...(settings.serialConsole === undefined ? [] : [`console=${settings.serialConsole}`]),
  ...settings.kernelCommandLine.split(' ').filter((word) => word !== ''),
];

/** The configuration of GRUB on the volume: consoles, and the one entry that it boots. */
export const grubConfig = (entry: BootEntry, settings: ResolvedBootSettings): string =>
  [
    '# Written by the unpacker of ami-publisher; the next release replaces it.',
    ...serialTerminal(settings),
    'set default=0',
    `set timeout=${settings.timeoutSeconds}`,
    `search --no-floppy --fs-uuid --set=root --hint="$root" ${entry.rootUuid}`,
    `menuentry '${entry.title}' {`,
    `  linux ${quoted([entry.kernel, ...kernelArguments(entry, settings)])}`,
    `  initrd ${quoted([entry.initrd])}`,
    '}',
    '',
  ].join('\n');
