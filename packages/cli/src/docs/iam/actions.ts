import type { Ec2Action } from '@ami-publisher/core';

/** Commands that call AWS; the others do not, and need no permission. */
export const commandsOfAws = [
  'plan',
  'publish',
  'resume',
  'rollback',
  'prepare-unpackers',
  'list-unpackers',
  'list-streams',
  'doctor',
] as const;

export type CommandOfAws = (typeof commandsOfAws)[number];

/** An action, what it is for, and the commands that may call it. */
export interface ActionUse {
  readonly action: `ec2:${Ec2Action}` | 'servicequotas:GetServiceQuota';
  readonly why: string;
  readonly commands: readonly CommandOfAws[];
}

const running = ['publish', 'resume'] as const;
const changing = [...running, 'rollback'] as const;
const looking = ['plan', 'publish', 'prepare-unpackers', 'list-unpackers', 'list-streams', 'doctor'] as const;

/** Every action that is ever called, apart from STS, by name. */
export const actionUses: readonly ActionUse[] = [
  { action: 'ec2:AttachVolume', why: 'gives a new volume to the unpacker', commands: running },
  { action: 'ec2:CreateSnapshot', why: 'captures the volume', commands: running },
  {
    action: 'ec2:CreateTags',
    why: 'tags of new resources, in the creating call; the stream of a volume that was free',
    commands: running,
  },
  {
    action: 'ec2:CreateVolume',
    why: 'the first volume of a stream, or one of another key',
    commands: running,
  },
  {
    action: 'ec2:DeleteSnapshot',
    why: 'undoes a capture; removes one that was not confirmed',
    commands: changing,
  },
  { action: 'ec2:DeleteVolume', why: 'undoes; removes a volume that was replaced', commands: changing },
  { action: 'ec2:DeregisterImage', why: 'undoes a registration', commands: ['rollback'] },
  {
    action: 'ec2:DescribeImages',
    why: 'whether the name is taken; waits for the AMI; what to undo; how many there are',
    commands: ['plan', ...changing, 'doctor'],
  },
  {
    action: 'ec2:DescribeInstances',
    why: 'finds unpackers by name, and waits for them',
    commands: ['plan', ...changing, 'prepare-unpackers', 'list-unpackers', 'doctor'],
  },
  { action: 'ec2:DescribeRegions', why: 'which regions the account has enabled', commands: looking },
  {
    action: 'ec2:DescribeSnapshots',
    why: 'waits for the snapshot; what to undo; which release a volume held last; how many there are',
    commands: ['plan', ...changing, 'list-streams', 'doctor'],
  },
  {
    action: 'ec2:DescribeVolumes',
    why: 'the volume of the stream, and its state; how much storage all of them have',
    commands: ['plan', ...changing, 'prepare-unpackers', 'list-streams', 'doctor'],
  },
  { action: 'ec2:DescribeVolumesModifications', why: 'waits for a volume to grow', commands: running },
  { action: 'ec2:DetachVolume', why: 'before a volume is deleted', commands: changing },
  {
    action: 'ec2:DisableImageDeregistrationProtection',
    why: 'undoes `--deregistration-protection`',
    commands: ['rollback'],
  },
  { action: 'ec2:EnableImageDeprecation', why: '`--deprecate-in`', commands: running },
  {
    action: 'ec2:EnableImageDeregistrationProtection',
    why: '`--deregistration-protection`',
    commands: running,
  },
  { action: 'ec2:ModifyInstanceAttribute', why: 'has the volume go with its instance', commands: running },
  { action: 'ec2:ModifyVolume', why: 'grows a volume that became too small', commands: running },
  { action: 'ec2:RegisterImage', why: 'makes the AMI', commands: running },
  {
    action: 'ec2:StartInstances',
    why: 'wakes an unpacker that is stopped',
    commands: [...changing, 'prepare-unpackers'],
  },
  {
    action: 'servicequotas:GetServiceQuota',
    why: 'how many AMIs and snapshots, and how much storage, the account may have',
    commands: ['doctor'],
  },
];
