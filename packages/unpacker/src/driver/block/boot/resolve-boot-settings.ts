import { invalidOption } from '@ami-publisher/base';
import { type BootSettings, bootSettingsSchema } from '../../../boot-settings.js';

/** How an image boots, with every default filled in. */
export interface ResolvedBootSettings {
  readonly kernelCommandLine: string;
  /** Such as `ttyS0,115200n8`; undefined for none. */
  readonly serialConsole: string | undefined;
  readonly timeoutSeconds: number;
}

/** The first serial port is what EC2 shows as the console of an instance. */
const defaults = { kernelCommandLine: 'net.ifnames=0', serialConsole: 'ttyS0,115200n8', timeoutSeconds: 0 };

/**
 * Fills in defaults; of several settings for one thing the last counts.
 *
 * @throws `INVALID_OPTION` for values that are not allowed, and for another root file system than the volume's.
 */
export const resolveBootSettings = (
  ...given: readonly (BootSettings | undefined)[]
): ResolvedBootSettings => {
  const settings = checked(Object.assign({}, ...given));
  const kernelCommandLine = settings.kernelCommandLine ?? defaults.kernelCommandLine;
  if (/(^| )root=/.test(kernelCommandLine)) {
    const rule = 'without `root=`, which is the volume itself';
    throw invalidOption('boot.kernelCommandLine', rule, kernelCommandLine);
  }
  const serialConsole = settings.serialConsole ?? defaults.serialConsole;
  return {
    kernelCommandLine,
    serialConsole: serialConsole === 'off' ? undefined : serialConsole,
    timeoutSeconds: settings.timeoutSeconds ?? defaults.timeoutSeconds,
  };
};

const checked = (given: BootSettings): BootSettings => {
  const { success, data, error } = bootSettingsSchema.safeParse(given);
  if (success) return data;
  const [issue] = error.issues;
  throw invalidOption(['boot', ...(issue?.path ?? [])].join('.'), issue?.message ?? 'boot settings', given);
};
