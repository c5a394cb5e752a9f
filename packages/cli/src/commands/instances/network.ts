import type { NetworkRequest, Tags } from '@ami-publisher/core';
import { parseTags } from '../../input/tags.js';

type Options = Readonly<Record<string, unknown>>;

/** Where instances are to be. @throws `INVALID_OPTION` */
export const networkOf = async (options: Options): Promise<NetworkRequest> => ({
  vpcId: text(options.vpc),
  vpcTags: await searchOf(options, 'vpcTag'),
  subnetIds: options.subnet as string[] | undefined,
  subnetTags: await searchOf(options, 'subnetTag'),
  securityGroupIds: options.securityGroup as string[] | undefined,
  securityGroupTags: await searchOf(options, 'securityGroupTag'),
});

/** The tags of a search; undefined where none are given. @throws `INVALID_OPTION` */
export const searchOf = async (options: Options, name: string): Promise<Tags | undefined> => {
  const given = options[name] as string[] | undefined;
  return given === undefined ? undefined : parseTags(undefined, given);
};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
