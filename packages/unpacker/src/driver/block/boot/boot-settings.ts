import { invalidOption } from '@ami-publisher/base';

/** A serial port that boot loader and kernel talk through. */
export interface SerialConsole {
  /** 0 is the first port, `ttyS0`. */
  readonly unit: number;
  /** Bits per second. */
  readonly speed: number;
}

/** How the images of an unpacker are booted. */
export interface BootSettings {
  /** What the kernel is told besides its root file system and its consoles, separated by spaces. @default 'net.ifnames=0' */
  readonly kernelCommandLine: string;
  /** Undefined for none. @default the first port at 115200 bits per second, as EC2's serial console wants it */
  readonly serialConsole: SerialConsole | undefined;
  /** How long the boot menu waits for somebody, in seconds. @default 0 */
  readonly timeoutSeconds: number;
}

export const defaultBootSettings: BootSettings = {
  kernelCommandLine: 'net.ifnames=0',
  serialConsole: { unit: 0, speed: 115_200 },
  timeoutSeconds: 0,
};

/** GRUB passes quotes and backslashes on in its own way; the kernel refuses lines over 2,048 bytes. */
const commandLine = /^[\x20-\x7e]{0,1024}$/;
const unsafe = /["'\\]/;
const speeds: ReadonlySet<number> = new Set([9600, 19_200, 38_400, 57_600, 115_200]);

/**
 * Fills in defaults and checks values that come from outside.
 *
 * @throws `INVALID_OPTION` naming the setting, the rule and the value.
 */
export const resolveBootSettings = (given: Partial<BootSettings>): BootSettings => {
  const settings = { ...defaultBootSettings, ...given };
  const { kernelCommandLine, serialConsole, timeoutSeconds } = settings;
  if (!commandLine.test(kernelCommandLine) || unsafe.test(kernelCommandLine)) {
    const rule = 'at most 1,024 printable ASCII characters without quotes and backslashes';
    throw invalidOption('kernelCommandLine', rule, kernelCommandLine);
  }
  if (/(^| )root=/.test(kernelCommandLine)) {
    throw invalidOption(
      'kernelCommandLine',
      'without `root=`, which is the volume itself',
      kernelCommandLine,
    );
  }
  if (serialConsole !== undefined) checkSerialConsole(serialConsole);
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 0 || timeoutSeconds > 300) {
    throw invalidOption('timeoutSeconds', 'a whole number from 0 to 300', timeoutSeconds);
  }
  return settings;
};

const checkSerialConsole = ({ unit, speed }: SerialConsole): void => {
  if (!Number.isInteger(unit) || unit < 0 || unit > 3) {
    throw invalidOption('serialConsole.unit', 'a whole number from 0 to 3', unit);
  }
  if (!speeds.has(speed)) {
    throw invalidOption('serialConsole.speed', `one of ${[...speeds].join(', ')}`, speed);
  }
};
