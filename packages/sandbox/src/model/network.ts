import type { Clock } from '@ami-publisher/base';
import { newResourceId } from './ids.js';
import type { SecurityGroupRecord, SubnetRecord, VpcRecord } from './records.js';
import { Table } from './table.js';
import { zonesOf } from './world.js';

type Tags = Readonly<Record<string, string>>;

/** Addresses of a subnet of 20 bits, but for the five that AWS keeps. */
const freeAddresses = 4_091;

/**
 * Where instances of an account can be in a region: a default VPC (tag `Preferred=true`) with its default group, and in every zone a public
 * subnet, the zone's default, and a private one (tags `Network=Public` and `Network=Private`).
 */
export class Network {
  readonly vpcs: Table<VpcRecord>;
  readonly subnets: Table<SubnetRecord>;
  readonly securityGroups: Table<SecurityGroupRecord>;

  constructor(region: string, clock: Pick<Clock, 'now'>) {
    this.vpcs = new Table(clock);
    this.subnets = new Table(clock);
    this.securityGroups = new Table(clock);
    const vpcId = this.#insertVpc('172.31.0.0/16', { Name: 'default', Preferred: 'true' }, true);
    const zones = zonesOf(region);
    zones.forEach((zone, index) => {
      this.#insertSubnet(vpcId, zone, index, { Network: 'Public' }, true);
    });
    zones.forEach((zone, index) => {
      this.#insertSubnet(vpcId, zone, zones.length + index, { Network: 'Private' }, false);
    });
  }

  /** Makes a VPC with its default group and no subnet. @returns its id */
  addVpc(tags: Tags = {}): string {
    return this.#insertVpc(`10.${this.vpcs.list().length}.0.0/16`, tags, false);
  }

  /** Makes a subnet. @returns its id */
  addSubnet({
    vpcId,
    zone,
    tags = {},
    free = freeAddresses,
  }: {
    readonly vpcId: string;
    readonly zone: string;
    readonly tags?: Tags;
    /** Free addresses. @default 4,091 */
    readonly free?: number;
  }): string {
    const index = this.subnets.list().length;
    return this.#insertSubnet(vpcId, zone, index, tags, false, free);
  }

  /** Makes a security group. @returns its id */
  addSecurityGroup(vpcId: string, name: string, tags: Tags = {}): string {
    const id = newResourceId('security-group');
    this.securityGroups.insertSettled({ id, vpcId, name, tags: new Map(Object.entries(tags)) });
    return id;
  }

  #insertVpc(cidr: string, tags: Tags, isDefault: boolean): string {
    const id = newResourceId('vpc');
    this.vpcs.insertSettled({ id, cidr, isDefault, tags: new Map(Object.entries(tags)) });
    this.addSecurityGroup(id, 'default');
    return id;
  }

  #insertSubnet(
    vpcId: string,
    zone: string,
    index: number,
    tags: Tags,
    isDefault: boolean,
    free = freeAddresses,
  ): string {
    const id = newResourceId('subnet');
    const cidr = (this.vpcs.get(vpcId)?.cidr ?? '').replace(/\d+\.\d+\/16$/, `${(index * 16) % 256}.0/20`);
    const tagMap = new Map(Object.entries(tags));
    this.subnets.insertSettled({ id, vpcId, zone, cidr, freeAddresses: free, isDefault, tags: tagMap });
    return id;
  }
}
