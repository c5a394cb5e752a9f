import type { Deadlines } from '@ami-publisher/base';
import type { Cloud } from '../cloud/cloud.js';
import type { Ec2Api } from '../cloud/ec2-api.js';
import type { KmsApi } from '../cloud/kms-api.js';
import type { Poller } from '../cloud/poller.js';
import type { SsmApi } from '../cloud/ssm-api.js';
import { type Tags, tagKeys } from '../cloud/tags.js';
import type { Closable } from '../steps/engine.js';
import type { Target } from '../target/target.js';
import type { ConnectedUnpacker, UnpackerFleet } from '../unpacker/fleet.js';
import { type KeptLease, keepLease } from '../unpacker/lease-keeper.js';
import type { LeaseRef } from '../unpacker/unpacker-client.js';
import type { PlannedTarget, PublicationPlan } from './plan.js';

/** Of the unpacker what steps ask for: EC2 tells kilobytes of an instance, and the fleet of its status. */
type SessionUnpacker = Pick<ConnectedUnpacker, 'client' | 'instance'>;

/** What the sessions of all targets have in common. */
export interface SessionParts {
  readonly cloud: Cloud;
  readonly fleet: UnpackerFleet;
  /** What tells when to renew leases. */
  readonly renewals: Deadlines;
}

/** What the steps of one target share while they run: the way to AWS, the connected unpacker, the lease. */
export class PublishSession implements Closable {
  #unpacker: SessionUnpacker | undefined;
  #lease: KeptLease | undefined;

  private constructor(
    readonly plan: PublicationPlan,
    readonly planned: PlannedTarget,
    readonly ec2: Ec2Api,
    readonly poller: Poller,
    private readonly parts: SessionParts,
    private readonly work: AbortController,
  ) {}

  /** @param work aborted when the lease is lost: nothing may be done to the volume any more. */
  static async open(
    plan: PublicationPlan,
    planned: PlannedTarget,
    parts: SessionParts,
    work: AbortController,
  ): Promise<PublishSession> {
    const ec2 = await parts.cloud.ec2(planned.target);
    const poller = await parts.cloud.poller(planned.target);
    return new PublishSession(plan, planned, ec2, poller, parts, work);
  }

  /** Systems Manager of the target. @throws `TOOL_MISSING` if its client is not installed */
  ssm(): Promise<SsmApi> {
    return this.parts.cloud.ssm(this.planned.target);
  }

  /** EC2 of a target that uses what this one makes. */
  ec2Of(target: Target): Promise<Ec2Api> {
    return this.parts.cloud.ec2(target);
  }

  /** KMS of a target that uses what this one makes. @throws `TOOL_MISSING` if its client is not installed */
  kmsOf(target: Target): Promise<KmsApi> {
    return this.parts.cloud.kms(target);
  }

  async connect(signal: AbortSignal): Promise<SessionUnpacker> {
    if (this.#unpacker !== undefined) return this.#unpacker;
    const { target } = this.planned;
    const { client, instance } = await this.parts.fleet.connect(target, this.plan.options.stream, { signal });
    const { InstanceId, Placement, BlockDeviceMappings } = instance;
    this.#unpacker = { client, instance: { InstanceId, Placement, BlockDeviceMappings } };
    return this.#unpacker;
  }

  get unpacker(): SessionUnpacker {
    if (this.#unpacker === undefined) throw new TypeError('no unpacker is connected yet');
    return this.#unpacker;
  }

  /** Creates the stream if it is new and leases it to this publication. */
  async acquireLease(signal: AbortSignal): Promise<LeaseRef> {
    if (this.#lease !== undefined) return this.#lease.ref;
    const { client } = this.unpacker;
    const { stream } = this.plan.options;
    await client.createStream(stream, { signal });
    const { renewals } = this.parts;
    const { clock, logger } = this.parts.cloud;
    this.#lease = await keepLease(client, {
      stream,
      publication: this.plan.publicationId,
      clock,
      logger,
      signal,
      lost: this.work,
      renewals,
    });
    return this.#lease.ref;
  }

  get lease(): LeaseRef {
    if (this.#lease === undefined) throw new TypeError('no lease is held');
    return this.#lease.ref;
  }

  /**
   * Spares AWS a request that could not be confirmed.
   *
   * @throws `LEASE_LOST` if this process stood still for longer than a lease lives.
   */
  checkLease(): void {
    this.#lease?.check();
  }

  async releaseLease(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    await lease?.release();
  }

  async close(): Promise<void> {
    try {
      await this.releaseLease();
    } finally {
      this.#unpacker?.client.close();
      this.#unpacker = undefined;
    }
  }

  /** The tags of a resource that a step makes; `name` is its `Name`. */
  tags(step: string, name: string): Tags {
    const { options, publicationId, manifestDigest } = this.plan;
    return {
      ...options.tags,
      [tagKeys.name]: name,
      [tagKeys.publication]: publicationId,
      [tagKeys.stream]: options.stream,
      [tagKeys.leaf]: options.leaf,
      [tagKeys.manifestDigest]: manifestDigest,
      [tagKeys.step]: step,
    };
  }
}
