import { invalidOption } from '@ami-publisher/base';
import { exitCodes } from '../exit-codes.js';
import { renderCloudFormation } from '../fleet-template/cloudformation.js';
import { type FleetTemplateOptions, fleetModel } from '../fleet-template/model.js';
import { renderTerraform } from '../fleet-template/terraform.js';
import { replaceFile } from '../output/replace-file.js';
import type { CommandRunner } from './definition.js';

type Options = Readonly<Record<string, unknown>>;

const renderers = { cloudformation: renderCloudFormation, terraform: renderTerraform } as const;

/** `fleet template` */
export const fleetTemplate: CommandRunner = async (_positional, options) => {
  const format = options.format === 'terraform' ? 'terraform' : 'cloudformation';
  const text = renderers[format](fleetModel(templateOptions(options)));
  if (typeof options.output === 'string') await replaceFile(options.output, text);
  else process.stdout.write(text);
  return exitCodes.success;
};

/** EC2 user guide, "Tag restrictions": what all services take. */
const tagValue = /^[\w .:/=+@-]{1,256}$/;
/** Amazon S3 user guide, "General purpose bucket naming rules". */
const s3Place = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w!.'()/-]*))?$/;

const templateOptions = (options: Options): FleetTemplateOptions => {
  const { instanceName = 'ImageUnpacker', connector = 'private', exports } = options;
  if (typeof instanceName !== 'string' || !tagValue.test(instanceName)) {
    throw invalidOption('instance-name', 'letters, digits, spaces and _.:/=+-@, 256 at most', instanceName);
  }
  return {
    instanceName,
    connector: connector as FleetTemplateOptions['connector'],
    exports: typeof exports === 'string' ? exportPlace(exports) : undefined,
  };
};

const exportPlace = (text: string): FleetTemplateOptions['exports'] => {
  const [, bucket, prefix = ''] = s3Place.exec(text) ?? [];
  if (bucket === undefined) throw invalidOption('exports', 's3://BUCKET/PREFIX', text);
  return { bucket, prefix: prefix.replaceAll(/^\/+|\/+$/g, '') };
};
