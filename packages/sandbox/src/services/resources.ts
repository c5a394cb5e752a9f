import type { Clock } from '@ami-publisher/base';
import type { ExportTaskRecord } from '../ec2/export-image-tasks.js';
import type { StoreTaskRecord } from '../ec2/store-image-tasks.js';
import { ImageBuilderResources } from '../imagebuilder/resources.js';
import type { Vulnerability } from '../inspector/handlers.js';
import type { Place } from '../model/region-state.js';
import type { SecretRecord } from '../secretsmanager/records.js';
import type { TopicRecord } from '../sns/topics.js';
import type { CommandRecord } from '../ssm/commands.js';

/** A stack of CloudFormation, as whoever deployed it left it. */
export interface StackOptions {
  readonly name: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** @default 'CREATE_COMPLETE' */
  readonly status?: string | undefined;
}

/** What the services beside EC2 keep, of one account in one region; what nobody calls for here is made as its owner would make it. */
export class ServiceResources {
  /** Commands of Systems Manager, by command and instance. */
  readonly commands = new Map<string, CommandRecord>();
  readonly secrets = new Map<string, SecretRecord>();
  readonly exportTasks = new Map<string, ExportTaskRecord>();
  /** The latest storing of each image in a bucket. */
  readonly storeTasks = new Map<string, StoreTaskRecord>();
  readonly vulnerabilities: Vulnerability[] = [];
  /** Topics of SNS by ARN. */
  readonly topics = new Map<string, TopicRecord>();
  readonly stacks = new Map<string, StackOptions>();
  /** Values of Service Quotas that are not the documented ones, by the code of the quota. */
  readonly appliedQuotas = new Map<string, number>();
  readonly imageBuilder: ImageBuilderResources;

  constructor(place: Place, clock: Pick<Clock, 'now'>) {
    this.imageBuilder = new ImageBuilderResources(place, clock);
  }

  /** Makes Inspector know of a vulnerability. */
  addVulnerability(vulnerability: Vulnerability): void {
    this.vulnerabilities.push(vulnerability);
  }

  addStack(stack: StackOptions): void {
    this.stacks.set(stack.name, stack);
  }
}
