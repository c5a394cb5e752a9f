import type { Clock } from '@ami-publisher/base';
import type { InstanceHosts } from '../model/ports.js';
import type { Place } from '../model/region-state.js';
import type { UnpackerFigures } from '../model-unpacker/figures.js';
import { ModelUnpacker } from '../model-unpacker/model-unpacker.js';
import { SharedLink } from '../model-unpacker/shared-link.js';
import type { ModelImages } from './model-images.js';
import type { ModelStorage } from './model-storage.js';

interface Machine {
  readonly address: string;
  readonly attached: Set<string>;
  readonly unpacker: ModelUnpacker;
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

/** Machines that run an unpacker of the model each, and nothing else. */
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

  async create({ region }: Place, instanceId: string): Promise<string> {
    const attached = new Set<string>();
    const unpacker = new ModelUnpacker({ ...this.#parts, link: this.#link(region), attached });
    const address = privateAddress(this.#machines.size + 1);
    this.#machines.set(instanceId, { address, attached, unpacker });
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
    this.unpacker(instanceId)?.start();
  }

  async stop(_place: Place, instanceId: string): Promise<void> {
    this.unpacker(instanceId)?.stop();
  }

  #link(region: string): SharedLink {
    const existing = this.#links.get(region);
    if (existing !== undefined) return existing;
    const link = new SharedLink(this.#parts.clock, this.#parts.figures.serverBytesPerSecond);
    this.#links.set(region, link);
    return link;
  }
}
