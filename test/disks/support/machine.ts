import { spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';

/** A machine of qemu, and the firmware that it starts with. */
interface MachineKind {
  readonly program: string;
  readonly parameters: readonly string[];
  /** Code and variables of UEFI firmware. */
  readonly firmware?: { readonly code: string; readonly variables: string };
}

/** In software: a virtual processor is not there everywhere, nor whole where it is. */
const x86 = ['-machine', 'q35', '-accel', 'tcg'];

const kinds = {
  bios: { program: 'qemu-system-x86_64', parameters: x86 },
  uefi: {
    program: 'qemu-system-x86_64',
    parameters: x86,
    firmware: {
      code: '/usr/share/OVMF/OVMF_CODE_4M.fd',
      variables: '/usr/share/OVMF/OVMF_VARS_4M.fd',
    },
  },
  arm64: {
    program: 'qemu-system-aarch64',
    parameters: ['-machine', 'virt', '-cpu', 'cortex-a57'],
    firmware: { code: '/usr/share/AAVMF/AAVMF_CODE.fd', variables: '/usr/share/AAVMF/AAVMF_VARS.fd' },
  },
} as const satisfies Record<string, MachineKind>;

export interface BootOptions {
  readonly kind: keyof typeof kinds;
  /** File with a disk's bytes; never written to. */
  readonly disk: string;
  /** Text on the serial console that ends the machine. */
  readonly until: string | RegExp;
  readonly workDirectory: string;
  readonly timeoutMs: number;
}

/**
 * Boots a disk in an emulator until it says something on its serial console, and ends the machine.
 *
 * @returns what it said.
 * @throws with the end of it if it ends by itself or the time is over.
 */
export const bootUntil = (options: BootOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const { program, parameters } = emulator(options);
    // The machine goes with this process, however that ends.
    const machine = spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, ...parameters], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let isUp = false;
    const timer = setTimeout(() => machine.kill('SIGKILL'), options.timeoutMs);
    for (const stream of [machine.stdout, machine.stderr]) {
      stream.setEncoding('latin1').on('data', (text: string) => {
        said += text;
        isUp ||= said.search(options.until) !== -1;
        if (isUp) machine.kill('SIGKILL');
      });
    }
    machine.on('error', reject);
    machine.on('close', () => {
      clearTimeout(timer);
      if (isUp) resolve(said);
      else reject(new Error(`${options.kind} never said ${options.until}; at last:\n${said.slice(-3_000)}`));
    });
  });

const emulator = ({ kind, disk, workDirectory }: BootOptions): { program: string; parameters: string[] } => {
  const { program, parameters, firmware }: MachineKind = kinds[kind];
  const drive = (...parts: string[]) => ['-drive', ['format=raw', ...parts].join(',')];
  const firmwareDrives = ({ code, variables }: NonNullable<MachineKind['firmware']>): string[] => {
    const copy = join(workDirectory, `${kind}-variables.fd`);
    copyFileSync(variables, copy);
    return [...drive('if=pflash', 'readonly=on', `file=${code}`), ...drive('if=pflash', `file=${copy}`)];
  };
  return {
    program,
    parameters: [
      ...parameters,
      ...['-m', '512', '-nodefaults', '-display', 'none', '-no-reboot', '-serial', 'stdio'],
      ...(firmware === undefined ? [] : firmwareDrives(firmware)),
      ...drive('if=virtio', 'snapshot=on', `file=${disk}`),
    ],
  };
};
