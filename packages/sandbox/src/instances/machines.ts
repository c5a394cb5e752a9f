import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@ami-publisher/base';
import type { Command, InstanceHosts, UserData } from '../model/ports.js';
import type { Place } from '../model/region-state.js';
import type { InstanceMachine, InstanceProgram, RunningProgram } from './instance-program.js';
import type { LoopbackAddresses } from './loopback-block.js';
import { forwardPort, type PortForward } from './port-forward.js';
import { runShell, type ShellResult } from './shell.js';
import { userDataProcess } from './user-data-process.js';

/** The port that is open on a public address: the unpacker's. */
const publicPort = 6974;

/** The name that udev gives to a volume on Nitro instances. */
const deviceName = (volumeId: string): string =>
  `nvme-Amazon_Elastic_Block_Store_${volumeId.replace('-', '')}`;

/** What commands in an image's tree find, as the agent of Systems Manager gives it to them. */
const guestEnvironment = {
  HOME: '/root',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  USER: 'root',
} as const;

/** Commands on an instance without a tree are processes of this machine, at home in the folder of the instance. */
const hostEnvironment = ({ directory, account, region }: InstanceMachine): Record<string, string> => ({
  PATH: process.env.PATH ?? guestEnvironment.PATH,
  HOME: directory,
  USER: guestEnvironment.USER,
  AWS_ACCOUNT_ID: account,
  AWS_REGION: region,
});

interface Machine {
  readonly about: InstanceMachine;
  program: RunningProgram | undefined;
  publicAddress: PortForward | undefined;
  /** Aborts what runs on the machine when it stops. */
  power: AbortController;
  /** The commands that run. */
  readonly commands: Set<Promise<ShellResult>>;
  /** Starts and stops of one machine follow each other. */
  turn: Promise<unknown>;
}

/** The machines of this sandbox: a folder, a loopback address and a program each. */
export class Machines implements InstanceHosts {
  readonly #addresses: LoopbackAddresses;
  readonly #directory: string;
  readonly #logger: Logger;
  readonly #machines = new Map<string, Machine>();
  readonly #program: InstanceProgram;

  constructor(directory: string, addresses: LoopbackAddresses, program: InstanceProgram, logger: Logger) {
    this.#directory = directory;
    this.#addresses = addresses;
    this.#program = program;
    this.#logger = logger;
  }

  async create({ accountId, region }: Place, instanceId: string, userData?: UserData): Promise<string> {
    const directory = join(this.#directory, accountId, region, 'instances', instanceId);
    const devicesDirectory = join(directory, 'devices');
    const [address] = await Promise.all([
      this.#addresses.next(),
      mkdir(devicesDirectory, { recursive: true }),
    ]);
    const about = {
      ...{ account: accountId, region, instanceId, address, directory, devicesDirectory, userData },
      consoleFile: join(directory, 'console'),
    };
    this.#machines.set(instanceId, {
      about,
      program: undefined,
      publicAddress: undefined,
      power: new AbortController(),
      commands: new Set(),
      turn: Promise.resolve(),
    });
    return address;
  }

  async console(_place: Place, instanceId: string): Promise<string> {
    const { consoleFile } = this.#machine(instanceId).about;
    return existsSync(consoleFile) ? readFile(consoleFile, 'utf8') : '';
  }

  async openPublicAddress(_place: Place, instanceId: string): Promise<string> {
    const machine = this.#machine(instanceId);
    const address = await this.#addresses.next();
    machine.publicAddress = await forwardPort(address, machine.about.address, publicPort);
    return address;
  }

  async closePublicAddress(_place: Place, instanceId: string): Promise<void> {
    const machine = this.#machine(instanceId);
    await machine.publicAddress?.close();
    machine.publicAddress = undefined;
  }

  async attach(_place: Place, instanceId: string, volumeId: string, devicePath: string): Promise<void> {
    await symlink(devicePath, this.#device(instanceId, volumeId));
  }

  async detach(_place: Place, instanceId: string, volumeId: string): Promise<void> {
    await rm(this.#device(instanceId, volumeId), { force: true });
  }

  runCommand(_place: Place, instanceId: string, command: Command): Promise<ShellResult> {
    const { about, commands, power } = this.#machine(instanceId);
    const isGuest = command.root !== undefined;
    const running = runShell({
      ...command,
      directory: !isGuest && command.directory === '/' ? about.directory : command.directory,
      environment: isGuest ? guestEnvironment : hostEnvironment(about),
      signal: power.signal,
    }).finally(() => commands.delete(running));
    commands.add(running);
    return running;
  }

  start(_place: Place, instanceId: string): Promise<void> {
    return this.#inTurn(instanceId, async (machine) => {
      const run = machine.about.userData === undefined ? this.#program : userDataProcess;
      const program = await run(machine.about);
      machine.program = program;
      program.exited.then(
        (exit) => {
          if (machine.program !== program) return;
          machine.program = undefined;
          if (machine.about.userData !== undefined) return;
          this.#logger.warn(`the program of instance ${instanceId} ended by itself`, { ...exit });
        },
        (error: unknown) =>
          this.#logger.error(`the program of instance ${instanceId} cannot be watched`, { error }),
      );
    });
  }

  stop(_place: Place, instanceId: string, force: boolean): Promise<void> {
    return this.#inTurn(instanceId, async (machine) => {
      const { commands, power, program } = machine;
      machine.program = undefined;
      machine.power = new AbortController();
      power.abort();
      await Promise.all(commands);
      if (program === undefined) return;
      if (force) program.kill();
      else await program.stop();
      await program.exited;
    });
  }

  /** Kills the program of an instance, as a crash would; the instance goes on. */
  crash(instanceId: string): void {
    this.#machine(instanceId).program?.kill();
  }

  /** Starts the program of an instance again, once one that was killed has ended. */
  async restart(instanceId: string): Promise<void> {
    const { account, region } = this.about(instanceId);
    await this.#machine(instanceId).program?.exited;
    return this.start({ accountId: account, region }, instanceId);
  }

  /** What is known of an instance's machine. */
  about(instanceId: string): InstanceMachine {
    return this.#machine(instanceId).about;
  }

  /** Stops all programs. */
  async close(): Promise<void> {
    const places = [...this.#machines.values()].map(({ about }) => about);
    await Promise.all(
      places.map(async ({ account, region, instanceId }) => {
        const place = { accountId: account, region };
        await this.closePublicAddress(place, instanceId);
        await this.stop(place, instanceId, false);
      }),
    );
    await this.#addresses.close();
  }

  #device(instanceId: string, volumeId: string): string {
    return join(this.#machine(instanceId).about.devicesDirectory, deviceName(volumeId));
  }

  #machine(instanceId: string): Machine {
    const machine = this.#machines.get(instanceId);
    if (machine === undefined) throw new TypeError(`there is no machine for instance ${instanceId}`);
    return machine;
  }

  #inTurn(instanceId: string, action: (machine: Machine) => Promise<void>): Promise<void> {
    const machine = this.#machine(instanceId);
    const turn = machine.turn.then(() => action(machine));
    machine.turn = turn.catch(() => undefined);
    return turn;
  }
}
