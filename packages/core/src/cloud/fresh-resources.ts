import type { Clock } from '@ami-publisher/base';
import type { Reservation } from '@aws-sdk/client-ec2';
import type { Ec2Action } from './ec2-api.js';

/** How long EC2 may answer NotFound for what it has made (EC2 API reference, "Eventual consistency"). */
const freshForMs = 60_000;

type IdField = 'VolumeId' | 'SnapshotId' | 'ImageId' | 'KeyPairId' | 'ReportId';

/** Where the id is, in the answer of a call that makes something and in the request of one that deletes it. */
const making: { readonly [A in Ec2Action]?: IdField } = {
  CopySnapshot: 'SnapshotId',
  CreateImageUsageReport: 'ReportId',
  CreateSnapshot: 'SnapshotId',
  CreateVolume: 'VolumeId',
  ImportKeyPair: 'KeyPairId',
  RegisterImage: 'ImageId',
};
const deleting: { readonly [A in Ec2Action]?: IdField } = {
  DeleteImageUsageReport: 'ReportId',
  DeleteSnapshot: 'SnapshotId',
  DeleteVolume: 'VolumeId',
  DeregisterImage: 'ImageId',
};

/** Where a description has its resources, their ids, and when they were made. */
const describing: { readonly [A in Ec2Action]?: readonly [list: string, id: IdField, madeAt: string] } = {
  DescribeImages: ['Images', 'ImageId', 'CreationDate'],
  DescribeSnapshots: ['Snapshots', 'SnapshotId', 'StartTime'],
  DescribeVolumes: ['Volumes', 'VolumeId', 'CreateTime'],
};

type Fields = Readonly<Record<string, unknown>>;

/** The resources of one target that are so new that a NotFound says nothing about them. */
export class FreshResources {
  readonly #clock: Clock;
  readonly #madeAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note of what a call has made, shown or deleted. */
  note(action: Ec2Action, input: object, output: object): void {
    const made = making[action];
    const id = made && (output as Fields)[made];
    // A call with a client token may answer with what an earlier one made, which is then as good as new.
    if (typeof id === 'string') this.#madeAt.set(id, this.#clock.now());
    if (action === 'RunInstances')
      for (const { InstanceId = '' } of (output as Reservation).Instances ?? [])
        this.#madeAt.set(InstanceId, this.#clock.now());
    const deleted = deleting[action];
    if (deleted !== undefined) this.#madeAt.delete(String((input as Fields)[deleted]));
    const [list = '', idField = '', madeAt = ''] = describing[action] ?? [];
    for (const shown of ((output as Fields)[list] ?? []) as readonly Fields[]) {
      this.#add(shown[idField], new Date(String(shown[madeAt])).getTime());
    }
  }

  /** Whether a request names any of them. */
  isAnyIn(input: object): boolean {
    const oldest = this.#clock.now() - freshForMs;
    for (const [id, madeAt] of this.#madeAt) if (madeAt <= oldest) this.#madeAt.delete(id);
    const request = JSON.stringify(input);
    return [...this.#madeAt.keys()].some((id) => request.includes(id));
  }

  #add(id: unknown, madeAt: number): void {
    const isNew = madeAt > this.#clock.now() - freshForMs;
    if (typeof id === 'string' && isNew && !this.#madeAt.has(id)) this.#madeAt.set(id, madeAt);
  }
}
