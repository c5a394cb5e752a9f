import { Amis, type BootstrapRequest, type CopierOptions } from '@ami-publisher/core';
import { tagsOf } from '../../input/tags.js';
import { change } from '../change.js';
import type { CommandRunner } from '../definition.js';
import { networkOf } from '../instances/network.js';

type Options = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** `copy-bootstrap-image STREAM` */
export const copyBootstrapImage: CommandRunner = async ([stream = ''], options) => {
  const request = {
    ...{ stream, amiName: text(options.amiName), kmsKey: text(options.kmsKey) },
    transferKey: text(options.transferKey),
    via: text(options.via) as BootstrapRequest['via'],
    copier: await copierOf(options),
    tags: await tagsOf(options),
  };
  const selection = text(options.from);
  return change(options, async ({ cloud, operations, signal }, targets, how) => {
    const from = selection === undefined ? undefined : await cloud.resolveTargets(selection, { signal });
    return new Amis(operations).copyBootstrapImage(targets, { ...request, from }, how);
  });
};

/** What the options say of the temporary instance; undefined where they say nothing. */
const copierOf = async (options: Options): Promise<CopierOptions | undefined> => {
  const network = await networkOf(options);
  const copier = {
    image: text(options.copierImage),
    instanceType: text(options.instanceType),
    keyName: text(options.keyName),
    sourceAddress: text(options.sourceAddress) as CopierOptions['sourceAddress'],
  };
  const isGiven = [copier, network].some((part) => Object.values(part).some((value) => value !== undefined));
  return isGiven ? { ...copier, network } : undefined;
};
