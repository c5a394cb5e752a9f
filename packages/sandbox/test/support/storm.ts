import { VirtualClock } from '@ami-publisher/base';
import type { Ec2Api, PublicationPlan, Target } from '@ami-publisher/core';
import { type AuditReport, type FaultRule, ModelCloud } from '@ami-publisher/sandbox';
import { Dice } from './dice.js';
import { type JournalFiles, PublisherProcess } from './publisher-process.js';

/** How a publication ended. */
export type Ending = 'published' | 'rolled back' | 'resumable';

export interface StormReport {
  readonly endings: readonly Ending[];
  /** What a publisher could not finish although nothing went wrong any more. */
  readonly troubles: readonly string[];
  readonly audit: AuditReport;
}

export interface StormOptions {
  readonly seed: number;
  readonly publications: number;
  /** Stands between publishers and EC2. @default nothing */
  readonly ec2?: ((api: Ec2Api, target: Target) => Ec2Api) | undefined;
}

const stream = 'base/storm';
const creating = ['CreateVolume', 'AttachVolume', 'CreateSnapshot', 'RegisterImage', 'ModifyVolume'];
const changing = [
  ...creating,
  'CreateTags',
  'DeleteSnapshot',
  'DeleteVolume',
  'DetachVolume',
  'DeregisterImage',
];
const looking = ['Describe*', 'DescribeVolumes', 'DescribeSnapshots', 'DescribeImages', 'DescribeInstances'];
const unpacking = [
  '*',
  'UnpackImage',
  'PrepareForCapture',
  'ConfirmCapture',
  'AddDevice',
  'AcquireLease',
  'RenewLease',
];

/** One cloud, a row of releases of one stream, and all that can befall them; the same seed, the same storm. */
class Storm {
  readonly #clock = new VirtualClock();
  readonly #dice: Dice;
  readonly #options: StormOptions;
  readonly #journals: JournalFiles = new Map();
  readonly #cloud: ModelCloud;
  readonly #endings = new Map<string, Ending>();
  readonly #troubles: string[] = [];
  #unpackers: readonly string[] = [];
  #keys = new Map<string, string[]>();
  #round = 0;
  #contentBytes = 600 * 2 ** 20;

  constructor(options: StormOptions) {
    this.#options = options;
    this.#dice = new Dice(options.seed);
    const dice = this.#dice;
    this.#cloud = new ModelCloud({
      clock: this.#clock,
      accounts: dice.oneOf([1, 1, 2]),
      regions: dice.oneOf([1, 2, 2]),
      seed: options.seed,
      latency: {
        apiMs: { kind: 'uniform', minMs: 5, maxMs: 200 },
        completeSnapshotMs: 8_000,
        registerImageMs: 2_000,
      },
      visibility: { listMs: dice.oneOf([0, 0, 1_000, 5_000]), tagsMs: dice.oneOf([0, 0, 2_000]) },
      snapshotProgress: dice.oneOf(['linear', 'jumpy', 'stuck']),
      quotas: dice.oneOf(['off', 'documented']),
      settings: ({ accountId = '', region }) => ({ kmsKey: this.#keys.get(`${accountId}/${region}`)?.[0] }),
    });
  }

  async run(): Promise<StormReport> {
    this.#unpackers = await this.#clock.runUntil(this.#cloud.addUnpackers());
    while (this.#endings.size < this.#options.publications) {
      await this.#clock.runUntil(this.#release());
      // Whatever the dead have left on its way arrives.
      await this.#clock.advance(this.#dice.oneOf([0, 1_000, 70_000]));
    }
    await this.#clock.advance(120_000);
    const of = (ending: Ending) => [...this.#endings].flatMap(([id, how]) => (how === ending ? [id] : []));
    const audit = this.#cloud.model.audit({ open: of('resumable'), rolledBack: of('rolled back') });
    return { endings: [...this.#endings.values()], troubles: this.#troubles, audit };
  }

  /** Publishes one release, or two at once, and then resumes them, rolls them back or leaves them. */
  async #release(): Promise<void> {
    const dice = this.#dice;
    if (dice.chance(0.15)) this.#changeKeys();
    if (dice.chance(0.3)) this.#contentBytes += 700 * 2 ** 20;
    const plans = [await this.#plan()];
    if (dice.chance(0.15)) plans.push(await this.#plan());
    if (dice.chance(0.85)) this.#brew();
    const begun = await Promise.all(plans.map((plan) => this.#start(plan)));
    if (dice.chance(0.7)) this.#calm();
    for (const [index, plan] of plans.entries()) await this.#settle(plan, begun[index] ?? false);
    this.#calm();
  }

  async #plan(): Promise<PublicationPlan> {
    this.#round += 1;
    const leaf = String(this.#round);
    this.#cloud.images.add({
      stream,
      leaf,
      contentBytes: this.#contentBytes,
      changedBytes: 20_000_000,
      entryCount: 9_000,
    });
    const { publisher } = this.#process();
    const targets = await this.#cloud.resolveTargets('*,*');
    const deregistrationProtection = this.#dice.chance(0.2);
    return publisher.plan({ stream, leaf, targets, deregistrationProtection });
  }

  /** @returns whether all targets were published */
  async #start(plan: PublicationPlan): Promise<boolean> {
    const process = this.#mortalProcess();
    const results = await process.outcome(process.publisher.start(plan).results);
    return results?.ok ?? false;
  }

  async #settle(plan: PublicationPlan, isPublished: boolean): Promise<void> {
    const { publicationId: id } = plan;
    const dice = this.#dice;
    if (!this.#journals.has(id)) return;
    let ending: Ending = isPublished ? 'published' : 'resumable';
    for (let round = 0; ending === 'resumable' && round < 4 && dice.chance(0.8); round++) {
      const undo = dice.chance(0.4);
      const process = round < 2 ? this.#mortalProcess() : this.#process();
      if (round === 2) {
        this.#calm();
        // A lease of the dead lives for a minute.
        await this.#clock.sleep(61_000);
      }
      const done = await (undo ? this.#rollback(process, id) : this.#resume(process, id));
      if (done === true) ending = undo ? 'rolled back' : 'published';
      else if (typeof done === 'string' && round >= 2 && !isRefused(done))
        this.#troubles.push(`${undo ? 'rollback' : 'resume'} of ${id}: ${done}`);
    }
    if (ending === 'published' && dice.chance(0.1)) {
      this.#calm();
      const done = await this.#rollback(this.#process(), id);
      if (done === true) ending = 'rolled back';
      else if (typeof done === 'string' && isRefused(done)) ending = 'resumable';
      else this.#troubles.push(`rollback of ${id}: ${done}`);
    }
    this.#endings.set(id, ending);
  }

  async #resume(process: PublisherProcess, id: string): Promise<boolean | string> {
    const results = await process.outcome(
      process.publisher.resume(id).then((publication) => publication.results),
    );
    if (results === undefined) return false;
    return (
      results.ok ||
      results.targets.flatMap((target) => ('message' in target ? target.message : [])).join('; ')
    );
  }

  async #rollback(process: PublisherProcess, id: string): Promise<boolean | string> {
    const report = await process.outcome(process.publisher.rollback(id, { force: true }));
    if (report === undefined) return false;
    return report.ok || report.targets.flatMap(({ errors }) => errors).join('; ');
  }

  #process(): PublisherProcess {
    return new PublisherProcess({ cloud: this.#cloud, journals: this.#journals, ec2: this.#options.ec2 });
  }

  /** One that dies at a record, at a time, or not at all. */
  #mortalProcess(): PublisherProcess {
    const process = this.#process();
    const dice = this.#dice;
    if (dice.chance(0.35)) process.dieAfter(dice.whole(1, 60));
    else if (dice.chance(0.3)) void this.#clock.sleep(dice.whole(100, 60_000)).then(() => process.kill());
    return process;
  }

  #changeKeys(): void {
    for (const { id: accountId } of this.#cloud.model.accounts)
      for (const region of this.#cloud.regions) {
        const place = `${accountId}/${region}`;
        const [old, made] = this.#keys.get(place) ?? [];
        this.#keys.set(place, [
          made ?? this.#cloud.model.addKmsKey({ accountId, region }),
          ...(old ? [old] : []),
        ]);
      }
  }

  /** Rules that hit a few calls each, and crashes. */
  #brew(): void {
    const dice = this.#dice;
    for (let rules = dice.whole(1, 5); rules > 0; rules--) this.#cloud.model.faults.add(this.#rule());
    for (const id of this.#unpackers) {
      if (!dice.chance(0.3)) continue;
      const unpacker = this.#cloud.unpacker(id);
      const befall = dice.chance(0.6)
        ? () => unpacker?.crash()
        : () => unpacker?.disconnect(dice.whole(0, 15_000));
      void this.#clock.sleep(dice.whole(100, 40_000)).then(befall);
    }
  }

  #rule(): FaultRule {
    const dice = this.#dice;
    const scope = dice.chance(0.5)
      ? { nth: dice.whole(1, 4), count: dice.whole(1, 3) }
      : { probability: dice.oneOf([0.1, 0.3]), count: dice.whole(1, 6), seed: dice.whole(0, 1e9) };
    const action = dice.oneOf<string>([
      ...creating,
      ...changing,
      ...looking,
      ...unpacking.map((call) => `unpacker:${call}`),
      '*',
    ]);
    const kind = dice.oneOf([
      ...(['throttle', 'server-error', 'reset', 'lost-answer', 'lost-answer'] as const),
      ...(['delayed-effect', 'delayed-effect', 'not-found-window', 'hang'] as const),
    ]);
    if (kind === 'delayed-effect') return { action, ...scope, kind, delayMs: dice.whole(100, 20_000) };
    return { action, ...scope, kind };
  }

  #calm(): void {
    this.#cloud.model.faults.clear();
  }
}

/** AWS's own limits, and what is in the way of one publication because another was left open, are no fault of the publisher. */
const isRefused = (message: string): boolean =>
  /VolumeModificationRateExceeded|LEASE_HELD|is leased to/.test(message);

/** Runs a storm to its end. */
export const runStorm = (options: StormOptions): Promise<StormReport> => new Storm(options).run();
