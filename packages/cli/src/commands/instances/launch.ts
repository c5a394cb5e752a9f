import { Instances, type LaunchOptions, type Tags } from '@ami-publisher/core';
import { parseDuration, parseWholeNumber } from '../../input/duration.js';
import { readCompleteResultsFiles } from '../../input/results-files.js';
import { parseTags, tagsOf } from '../../input/tags.js';
import { carryOut, change } from '../change.js';
import type { CommandRunner } from '../definition.js';
import { named } from './named.js';
import { readinessOf } from './states.js';

type Options = Readonly<Record<string, unknown>>;

/** `launch-instances IMAGE` */
export const launchInstances: CommandRunner = async ([image = ''], options) => {
  const request = {
    ...(await launchOptionsOf(options)),
    ...{ image, readiness: readinessOf(options) },
    searchTags: await searchOf(options, 'searchTag'),
  };
  const fate = { keepVolumes: options.keepVolumes === true, force: options.force === true };
  return change(options, ({ operations }, targets, how) => {
    const instances = new Instances(operations);
    return options.replaceInstances === true
      ? instances.replace(targets, { ...request, ...fate }, how)
      : instances.launch(targets, request, how);
  });
};

/** `launch-instances-for-images RESULTS-FILE...` */
export const launchInstancesForImages: CommandRunner = async (files, options) => {
  const resources = await readCompleteResultsFiles(files.flat());
  const { expiresIn } = options;
  const request = {
    ...(await launchOptionsOf(options)),
    readiness: readinessOf(options),
    expiresInMs: typeof expiresIn === 'string' ? parseDuration('expires-in', expiresIn) : undefined,
  };
  return carryOut(options, ({ operations }, how) =>
    new Instances(operations).launchForImages(resources, request, how),
  );
};

/** What the options say of the instances. @throws `INVALID_OPTION` */
const launchOptionsOf = async (options: Options): Promise<LaunchOptions> => ({
  ...named(options),
  instanceType: text(options.instanceType),
  rootVolumeGiB:
    typeof options.rootVolumeSize === 'string'
      ? parseWholeNumber('root-volume-size', options.rootVolumeSize, 1)
      : undefined,
  keyName: text(options.keyName),
  instanceProfile: text(options.instanceProfile),
  allowImdsV1: options.allowImdsV1 === true,
  tags: await tagsOf(options),
  network: {
    vpcId: text(options.vpc),
    vpcTags: await searchOf(options, 'vpcTag'),
    subnetIds: options.subnet as string[] | undefined,
    subnetTags: await searchOf(options, 'subnetTag'),
    securityGroupIds: options.securityGroup as string[] | undefined,
    securityGroupTags: await searchOf(options, 'securityGroupTag'),
  },
});

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The tags of a search; undefined where none are given. */
const searchOf = async (options: Options, name: string): Promise<Tags | undefined> => {
  const given = options[name] as string[] | undefined;
  return given === undefined ? undefined : parseTags(undefined, given);
};
