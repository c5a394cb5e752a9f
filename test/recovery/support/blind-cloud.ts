import type { Cloud, Ec2Api } from '@ami-publisher/core';
import { tagKeys } from '@ami-publisher/core';
import type { Filter } from '@aws-sdk/client-ec2';

/** A cloud in which looking for what a publication has made, by its tag, finds nothing. */
export const blindCloud = (cloud: Cloud): Cloud => ({
  clock: cloud.clock,
  logger: cloud.logger,
  resolveTargets: (selection, options) => cloud.resolveTargets(selection, options),
  ec2: async (target) => blindApi(await cloud.ec2(target)),
  poller: (target) => cloud.poller(target),
  autoScaling: (target) => cloud.autoScaling(target),
  kms: (target) => cloud.kms(target),
  ssm: (target) => cloud.ssm(target),
  settings: (target) => cloud.settings(target),
  close: () => cloud.close(),
});

const blindApi = (api: Ec2Api): Ec2Api => ({
  ...api,
  describeImages: async (input, options) => (isLookUp(input) ? {} : api.describeImages(input, options)),
  describeSnapshots: async (input, options) => (isLookUp(input) ? {} : api.describeSnapshots(input, options)),
  describeVolumes: async (input, options) => (isLookUp(input) ? {} : api.describeVolumes(input, options)),
});

const isLookUp = ({ Filters }: { readonly Filters?: Filter[] | undefined }): boolean =>
  Filters?.some(({ Name }) => Name === `tag:${tagKeys.publication}`) === true;
