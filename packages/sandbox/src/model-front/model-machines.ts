import type { Clock } from '@ami-publisher/base';
import { ApiError } from '../model/api-error.js';
import type { InstanceHosts, UserData } from '../model/ports.js';
import type { Place } from '../model/region-state.js';
import { canonical } from '../model/state-records.js';
import type { UnpackerFigures } from '../model-unpacker/figures.js';
import { ModelUnpacker } from '../model-unpacker/model-unpacker.js';
import { SharedLink } from '../model-unpacker/shared-link.js';
import { copyVolume } from './model-copier.js';
import type { ModelImages } from './model-images.js';
import type { ModelStorage } from './model-storage.js';

interface Machine {
  readonly address: string;
  readonly attached: Set<string>;
  readonly unpacker: ModelUnpacker;
  readonly userData: UserData | undefined;
  console: string;
  /** Ends what its user data does. */
  stopped: AbortController;
}

export interface ModelMachinesParts {
  readonly clock: Clock;
  readonly storage: ModelStorage;
  readonly images: ModelImages;
  readonly figures: UnpackerFigures;
}

/** The n-th address of 10.0.0.0/8. */
const privateAddress = (index: number): string =>
  ['10', (index >> 16) & 255, (index >> 8) & 255, index & 255].join('.');

/** Machines that run an unpacker of the model each, or copy the volume that their user data tells them to. */
export class ModelMachines implements InstanceHosts {
  readonly #parts: ModelMachinesParts;
  readonly #machines = new Map<string, Machine>();
  /** One image server for each region, whatever the account. */
  readonly #links = new Map<string, SharedLink>();

  constructor(parts: ModelMachinesParts) {
    this.#parts = parts;
  }

  /** The unpacker of an instance. */
  unpacker(instanceId: string): ModelUnpacker | undefined {
    return this.#machines.get(instanceId)?.unpacker;
  }

  /** What every unpacker remembers, as text by its instance. */
  records(): [string, string][] {
    return [...this.#machines].map(([id, { unpacker }]) => [`unpackers/${id}`, canonical(unpacker.memory())]);
  }

  async create({ region }: Place, instanceId: string, userData?: UserData): Promise<string> {
    const attached = new Set<string>();
    const unpacker = new ModelUnpacker({ ...this.#parts, link: this.#link(region), attached });
    const address = privateAddress(this.#machines.size + 1);
    const machine = { address, attached, unpacker, userData, console: '', stopped: new AbortController() };
    this.#machines.set(instanceId, machine);
    return address;
  }

  /** From the range that RFC 2544 keeps for tests; nobody connects to it. */
  async openPublicAddress(_place: Place, instanceId: string): Promise<string> {
    return (this.#machines.get(instanceId)?.address ?? '').replace(/^10\.\d+/, '198.18');
  }

  async closePublicAddress(): Promise<void> {}

  async attach(_place: Place, instanceId: string, volumeId: string): Promise<void> {
    this.#machines.get(instanceId)?.attached.add(volumeId);
  }

  async detach(_place: Place, instanceId: string, volumeId: string): Promise<void> {
    this.#machines.get(instanceId)?.attached.delete(volumeId);
  }

  async start(_place: Place, instanceId: string): Promise<void> {
    await this.#parts.clock.sleep(this.#parts.figures.bootMs);
    const machine = this.#machines.get(instanceId);
    if (machine?.userData === undefined) machine?.unpacker.start();
    else await this.#copy(machine, machine.userData);
  }

  async runCommand(): Promise<never> {
    throw new ApiError('InvalidAction', 'The machines of the model run no commands.');
  }

  async stop(_place: Place, instanceId: string): Promise<void> {
    this.unpacker(instanceId)?.stop();
    this.#machines.get(instanceId)?.stopped.abort();
  }

  async console(_place: Place, instanceId: string): Promise<string> {
    return this.#machines.get(instanceId)?.console ?? '';
  }

  /** What the script of a copier does. */
  async #copy(machine: Machine, { script, poweredOff }: UserData): Promise<void> {
    machine.stopped = new AbortController();
    const { signal } = machine.stopped;
    const offerOf = (ticket: string) =>
      [...this.#machines.values()].flatMap(({ unpacker }) => unpacker.offers.get(ticket) ?? [])[0];
    const said = await copyVolume(script, { ...this.#parts, attached: machine.attached, offerOf, signal });
    if (signal.aborted) return;
    machine.console += said;
    poweredOff();
  }

  #link(region: string): SharedLink {
    const existing = this.#links.get(region);
    if (existing !== undefined) return existing;
    const link = new SharedLink(this.#parts.clock, this.#parts.figures.serverBytesPerSecond);
    this.#links.set(region, link);
    return link;
  }
}
