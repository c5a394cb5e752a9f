// Looks once for unused AMIs, as ami-publisher does or with the AWS SDK alone, in a process of its own, so that its memory can be told:
//   node bench/listing-run.mjs ours|bare '{"endpoint":…,"keys":[…],"regions":[…]}'
// Prints how long it took, how many AMIs may go, and the most memory that it had.
import { AmiUsage, AwsCloud } from '@ami-publisher/core';
import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ssm from '@aws-sdk/client-ssm';
import pMap from 'p-map';

const [kind, request] = process.argv.slice(2);
const { endpoint, keys, regions } = JSON.parse(request);
const atOnce = 32;
/** AWS's limit of AMIs in a call. */
const imagesPerReference = 10;

const ours = async () => {
  const cloud = await AwsCloud.fromConfig({ endpoint });
  const targets = await cloud.resolveTargets('*,*');
  const startedAt = performance.now();
  const { images, failures } = await new AmiUsage(cloud).listUnused(targets, { concurrency: atOnce });
  const ms = performance.now() - startedAt;
  cloud.close();
  if (failures.length > 0) throw new Error(failures[0].message);
  return { ms, unused: images.filter(({ verdict }) => verdict === 'unused').length };
};

/** Every page of a call; of each only what is wanted. */
const pages = async (client, Command, input, pick) => {
  const found = [];
  let NextToken;
  do {
    const page = await client.send(new Command({ ...input, ...(NextToken && { NextToken }) }));
    for (const item of pick(page) ?? []) found.push(item);
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
};

/** The same calls for one target, one after the other. */
const look = async (config) => {
  const client = new ec2.EC2Client(config);
  const scaling = new autoscaling.AutoScalingClient(config);
  const systems = new ssm.SSMClient(config);
  const own = { Owners: ['self'], MaxResults: 1000 };
  const images = await pages(client, ec2.DescribeImagesCommand, own, ({ Images }) =>
    Images?.map(({ ImageId, Tags }) => ({ ImageId, Tags })),
  );
  const used = new Set();
  const many = { MaxResults: 1000 };
  for (const { Instances = [] } of await pages(
    client,
    ec2.DescribeInstancesCommand,
    many,
    (page) => page.Reservations,
  ))
    for (const { ImageId } of Instances) used.add(ImageId);
  const some = { MaxResults: 200 };
  const templates = await pages(
    client,
    ec2.DescribeLaunchTemplatesCommand,
    some,
    (page) => page.LaunchTemplates,
  );
  for (const { LaunchTemplateId } of templates) {
    const input = { LaunchTemplateId, ...some };
    const versions = await pages(
      client,
      ec2.DescribeLaunchTemplateVersionsCommand,
      input,
      (page) => page.LaunchTemplateVersions,
    );
    for (const { LaunchTemplateData } of versions) used.add(LaunchTemplateData?.ImageId);
  }
  const records = { MaxRecords: 100 };
  await pages(
    scaling,
    autoscaling.DescribeAutoScalingGroupsCommand,
    records,
    (page) => page.AutoScalingGroups,
  );
  await pages(
    scaling,
    autoscaling.DescribeLaunchConfigurationsCommand,
    records,
    (page) => page.LaunchConfigurations,
  );
  const strings = { ParameterFilters: [{ Key: 'Type', Values: ['String', 'StringList'] }], MaxResults: 50 };
  await pages(systems, ssm.DescribeParametersCommand, strings, (page) => page.Parameters);
  const unused = images.map(({ ImageId }) => ImageId).filter((id) => !used.has(id));
  for (let start = 0; start < unused.length; start += imagesPerReference) {
    const ImageIds = unused.slice(start, start + imagesPerReference);
    const ResourceTypes = ['imagebuilder:ContainerRecipe', 'imagebuilder:ImageRecipe'].map(
      (ResourceType) => ({
        ResourceType,
      }),
    );
    await client.send(new ec2.DescribeImageReferencesCommand({ ImageIds, ResourceTypes }));
  }
  for (const ImageId of unused)
    await client.send(new ec2.DescribeImageAttributeCommand({ ImageId, Attribute: 'launchPermission' }));
  for (const each of [client, scaling, systems]) each.destroy();
  return unused.length;
};

const bare = async () => {
  const targets = keys.flatMap((credentials) => regions.map((region) => ({ endpoint, region, credentials })));
  const startedAt = performance.now();
  const counts = await pMap(targets, look, { concurrency: atOnce });
  return { ms: performance.now() - startedAt, unused: counts.reduce((sum, count) => sum + count, 0) };
};

const outcome = await { ours, bare }[kind]();
console.log(JSON.stringify({ ...outcome, rssMiB: process.resourceUsage().maxRSS / 1024 }));
