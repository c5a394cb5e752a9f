import { invalidOption, parseDuration, parseWholeNumber } from '@ami-publisher/base';
import { Instances, type LaunchOptions } from '@ami-publisher/core';
import { readCompleteResultsFiles } from '../../input/results-files.js';
import { tagsOf } from '../../input/tags.js';
import { carryOut, change } from '../change.js';
import type { CommandRunner } from '../definition.js';
import { named } from './named.js';
import { networkOf, searchOf } from './network.js';
import { readinessOf } from './states.js';

type Options = Readonly<Record<string, unknown>>;

/** `launch-instances IMAGE` */
export const launchInstances: CommandRunner = async ([image = ''], options) => {
  const request = {
    ...(await launchOptionsOf(options)),
    ...{ image, readiness: readinessOf(options) },
    searchTags: await searchOf(options, 'searchTag'),
  };
  checkFate(options);
  const fate = { keepVolumes: options.keepVolumes === true, force: options.force === true };
  return change(options, ({ operations }, targets, how) => {
    const instances = new Instances(operations);
    return options.replaceInstances === true
      ? instances.replace(targets, { ...request, ...fate }, how)
      : instances.launch(targets, request, how);
  });
};

/** @throws `INVALID_OPTION` for what is to become of instances that nothing replaces. */
const checkFate = (options: Options): void => {
  if (options.replaceInstances === true) return;
  for (const name of ['keepVolumes', 'force'])
    if (options[name] === true) throw invalidOption(name, 'given with --replace-instances only', true);
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
  network: await networkOf(options),
});

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
