import { checkRequest, type SelectedAmi, selectionCriteriaSchema } from '@ami-publisher/core';
import { exitCodes } from '../../exit-codes.js';
import { interruptSignal } from '../../interrupt.js';
import { outputOptionsOf, type TableView, writeResult } from '../../output/render.js';
import type { CommandRunner } from '../definition.js';
import { stackTagOfFolder } from './request.js';
import { connectWith } from './server.js';

const selectedView: TableView<SelectedAmi> = {
  head: ['AMI', 'VERSION', 'REGION', 'ACCOUNT', 'PRODUCT', 'HAS COMPLETED', 'LIFECYCLE'],
  expendable: ['LIFECYCLE', 'PRODUCT'],
  rows: (ami) => [
    [
      ami.ami_id,
      ami.ami_semver,
      ami.aws_region,
      ami.account_id,
      `${ami.product_name} ${ami.product_ver}`,
      ami.lifecycle_event,
      ami.lifecycle_id,
    ],
  ],
};

/** `lifecycle select` */
export const select: CommandRunner = async (_positional, options) => {
  const { stage = 'ami-with-os-hardening' } = options;
  const criteria = checkRequest(selectionCriteriaSchema, {
    stack_tag: options.stackTag ?? (await stackTagOfFolder()),
    lifecycle_event: String(stage).toUpperCase().replaceAll('-', '_'),
    lifecycle_type: options.type,
    ami_semver: options.semver,
    product_name: options.productName,
    product_ver: options.productVersion,
    commit_ref: options.commitRef,
    aws_region: options.amiRegion,
    account_id: options.amiAccount,
  });
  const { client } = await connectWith(options);
  const selected = await client.select(criteria, { signal: interruptSignal() });
  if (options.quiet === true) process.stdout.write(`${selected.ami_id}\n`);
  else await writeResult(selected, selectedView, outputOptionsOf(options));
  return exitCodes.success;
};
