import { AmiPublisherError } from '@ami-publisher/base';
import type { Tags } from '../cloud/tags.js';
import type { ChangeContext, Command } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
import { defaultInstanceName, findUnpackerInstances } from '../unpacker/instances.js';
import {
  checkLaunch,
  type LaunchChange,
  type LaunchOptions,
  launchCall,
  launchChange,
} from './launch-change.js';
import { defaultSearchTags, findLaunchImage } from './launch-image.js';
import { launch, undoLaunch } from './launch-run.js';
import { instanceNameOf } from './named-instances.js';
import { chooseNetwork } from './network.js';
import type { Readiness, ReadyInstance } from './start.js';
import { planTermination, type TerminateChange, type TerminateOptions, terminate } from './terminate.js';

export interface LaunchRequest extends LaunchOptions {
  /** A stream, whose latest AMI is launched, or the id of an AMI. */
  readonly image: string;
  /** What an AMI found by its stream has to have. @default `Preferred=true` */
  readonly searchTags?: Tags | undefined;
  /** @default 'unpacker' for instances that are called as unpackers are, else 'running' */
  readonly readiness?: Readiness | undefined;
}

type ReplaceChange = LaunchChange | TerminateChange;

const isLaunch = (change: ReplaceChange): change is LaunchChange => change.call === launchCall;

/** Longer than to be running and to answer may take, ten minutes each. */
const timeoutMs = 25 * 60_000;

const planLaunch = (
  name: string,
  replaces: boolean,
): Command<LaunchRequest & TerminateOptions, ReplaceChange>['plan'] => {
  return (context, request) => {
    checkLaunch(request);
    const { image, searchTags = defaultSearchTags, network = {} } = request;
    const instanceName = instanceNameOf(request);
    if (image === '') throw noImageNamed(name);
    const readiness = request.readiness ?? (instanceName === defaultInstanceName ? 'unpacker' : 'running');
    return planEachTarget(context, async (target, ec2) => {
      const existing = await findUnpackerInstances(ec2, instanceName, context);
      if (existing.length > 0 && !replaces) return [];
      const found = await findLaunchImage(ec2, image, searchTags, context);
      const chosen = await chooseNetwork(ec2, network, context);
      return [
        launchChange(found, chosen, request, readiness),
        ...(await planTermination(context, target, ec2, existing, request)),
      ];
    });
  };
};

/** `launch-instances`: one in each target that has none of the name. */
export const launchInstances: Command<LaunchRequest, LaunchChange, ReadyInstance> = {
  name: 'launch-instances',
  destroys: false,
  timeoutMs,
  plan: planLaunch('launch-instances', false) as Command<LaunchRequest, LaunchChange>['plan'],
  run: launch,
  undo: undoLaunch,
};

const replaceName = 'launch-instances --replace-instances';

/** `launch-instances --replace-instances`: those that are there are terminated, once the new one is ready and they work on nothing. */
export const replaceInstances: Command<
  LaunchRequest & TerminateOptions,
  ReplaceChange,
  ReadyInstance | null
> = {
  name: replaceName,
  destroys: true,
  timeoutMs,
  plan: planLaunch(replaceName, true),
  run: async (context, change) => {
    if (isLaunch(change)) return launch(context, change);
    if (!hasDone(context, launchCall)) throw keptForWant(change);
    await terminate(context, change);
    return null;
  },
  undo: async (context, change, done) => {
    if (!isLaunch(change)) throw goneForGood(change);
    if (hasDone(context, 'ec2:TerminateInstances')) throw nothingElseLeft(change);
    await undoLaunch(context, change, done ?? undefined);
  },
};

/** Whether a change of that call is done in the target. */
const hasDone = ({ values }: ChangeContext, call: string): boolean =>
  Object.keys(values).some((step) => step.startsWith(`${call} `));

const noImageNamed = (command: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', { message: `${command} needs a stream or the id of an AMI` });

const keptForWant = ({ resource }: TerminateChange): AmiPublisherError =>
  new AmiPublisherError('RESOURCE_FAILED', {
    message: `${resource} is kept, as what was to replace it is not ready`,
    resource,
    remedy: 'see why that one is not, then resume the operation',
  });

const goneForGood = ({ resource }: TerminateChange): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `${resource} was terminated and cannot be had again`,
    resource,
  });

const nothingElseLeft = ({ resource }: LaunchChange): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `the instance of ${resource} is kept, as those that it replaced are gone`,
    resource,
    remedy: 'launch another with `launch-instances --replace-instances`',
  });
