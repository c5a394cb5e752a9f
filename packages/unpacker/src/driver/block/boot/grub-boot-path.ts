import type { BootSettings } from '../../../boot-settings.js';
import type { BootPath } from '../boot-path.js';
import { writeBootCode } from './boot-code.js';
import { bootFiles } from './boot-files.js';
import { resolveBootSettings } from './resolve-boot-settings.js';

export interface GrubOptions {
  /** How images boot. @default the first serial port as a console, no time-out, `net.ifnames=0` */
  readonly boot?: BootSettings | undefined;
  /** The same for some streams, by name; goes before `boot` field by field. */
  readonly bootOverrides?: Readonly<Record<string, BootSettings>> | undefined;
  /** Folder with a folder of GRUB's modules for each platform. @default '/usr/lib/grub' */
  readonly grubDirectory?: string | undefined;
}

/** Where Debian has GRUB's modules. */
export const defaultGrubDirectory = '/usr/lib/grub';

/**
 * Boots volumes by the GRUB of this host.
 *
 * @throws `INVALID_OPTION` for settings that are not allowed.
 */
export const grubBootPath = ({ boot, bootOverrides = {}, grubDirectory }: GrubOptions): BootPath => {
  const forAll = resolveBootSettings(boot);
  const forStreams = new Map(
    Object.entries(bootOverrides).map(([stream, own]) => [stream, resolveBootSettings(boot, own)]),
  );
  return {
    files: (request) => bootFiles({ ...request, settings: forStreams.get(request.image.stream) ?? forAll }),
    install: (request) => writeBootCode({ ...request, grubDirectory: grubDirectory ?? defaultGrubDirectory }),
  };
};
