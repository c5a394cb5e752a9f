import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeLaunchConfigurationsCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateImageUsageReportCommand,
  DeleteImageUsageReportCommand,
  DescribeImageReferencesCommand,
  DescribeImageUsageReportEntriesCommand,
  DescribeImageUsageReportsCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  waitUntilImageUsageReportAvailable,
} from '@aws-sdk/client-ec2';
import { DescribeParametersCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, expectCode } from './support/aws.js';

const place = { accountId: '111111111111', region: 'us-east-1' };
const image = (number: number) => `ami-${String(number).padStart(17, '0')}`;

describe('What names images', () => {
  destroyClients();
  let sandbox: Sandbox;
  let ec2: ReturnType<typeof ec2Client>;
  let autoScaling: AutoScalingClient;
  let ssm: SSMClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 2 });
    ec2 = ec2Client(sandbox);
    const { accessKeyId, secretAccessKey } = sandbox.accounts[0]!;
    const options = {
      endpoint: sandbox.endpoint,
      region: place.region,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
    };
    autoScaling = new AutoScalingClient(options);
    ssm = new SSMClient(options);
  });
  afterAll(async () => {
    autoScaling.destroy();
    ssm.destroy();
    await sandbox.close();
  });

  const references = () => sandbox.model.references(place);

  test('[REF-1] Launch templates tell all their versions, page by page', async () => {
    const id = references().addLaunchTemplate({
      name: 'web',
      versions: [1, 2, 3].map((number) => ({ imageId: image(number) })),
      defaultVersion: 2,
    });
    references().addLaunchTemplate({ name: 'empty', versions: [{}] });
    const { LaunchTemplates: first, NextToken } = await ec2.send(
      new DescribeLaunchTemplatesCommand({ MaxResults: 1 }),
    );
    expect(first).toMatchObject([
      { LaunchTemplateId: id, LaunchTemplateName: 'web', DefaultVersionNumber: 2, LatestVersionNumber: 3 },
    ]);
    const { LaunchTemplates: rest } = await ec2.send(
      new DescribeLaunchTemplatesCommand({ MaxResults: 1, NextToken }),
    );
    expect(rest).toMatchObject([{ LaunchTemplateName: 'empty' }]);
    const versions = async (input: object) => {
      const answer = await ec2.send(new DescribeLaunchTemplateVersionsCommand(input));
      const shown = answer.LaunchTemplateVersions?.map(
        ({ VersionNumber, LaunchTemplateData }) => [VersionNumber, LaunchTemplateData?.ImageId] as const,
      );
      return { shown, token: answer.NextToken };
    };
    const page = await versions({ LaunchTemplateId: id, MaxResults: 2 });
    expect(page.shown).toEqual([
      [3, image(3)],
      [2, image(2)],
    ]);
    expect((await versions({ LaunchTemplateId: id, MaxResults: 2, NextToken: page.token })).shown).toEqual([
      [1, image(1)],
    ]);
    expect((await versions({ LaunchTemplateName: 'web', Versions: ['$Default'] })).shown).toEqual([
      [2, image(2)],
    ]);
    expect((await versions({ Versions: ['$Latest'] })).shown).toEqual([
      [3, image(3)],
      [1, undefined],
    ]);
    await expectCode(versions({ Versions: ['1'] }), 'InvalidParameterValue');
    await expectCode(
      versions({ LaunchTemplateId: 'lt-0123456789abcdef0' }),
      'InvalidLaunchTemplateId.NotFound',
    );
  });

  test('[REF-2] Auto Scaling tells groups and launch configurations, page by page', async () => {
    const groups = Array.from({ length: 51 }, (_, index) => `group-${String(index).padStart(2, '0')}`);
    for (const name of groups)
      references().addAutoScalingGroup({ AutoScalingGroupName: name, LaunchConfigurationName: 'old' });
    references().addLaunchConfiguration({ name: 'old', imageId: image(4) });
    const first = await autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
    expect(first.AutoScalingGroups).toHaveLength(50);
    const second = await autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ NextToken: first.NextToken }),
    );
    expect(second.AutoScalingGroups).toMatchObject([
      { AutoScalingGroupName: 'group-50', LaunchConfigurationName: 'old' },
    ]);
    const { LaunchConfigurations } = await autoScaling.send(new DescribeLaunchConfigurationsCommand({}));
    expect(LaunchConfigurations).toMatchObject([{ LaunchConfigurationName: 'old', ImageId: image(4) }]);
    sandbox.model.faults.add({ kind: 'deny', action: 'DescribeLaunchConfigurations', count: 1 });
    await expectCode(autoScaling.send(new DescribeLaunchConfigurationsCommand({})), 'AccessDenied');
    await expectCode(
      autoScaling.send(new DescribeAutoScalingGroupsCommand({ MaxRecords: 101 })),
      'ValidationError',
    );
  });

  test('[REF-3] Parameters are told by type and without values, and their values by name', async () => {
    for (const name of ['/a', '/b', '/c']) references().putParameter({ name, value: image(5) });
    references().putParameter({ name: 'secret', value: 'x', type: 'SecureString' });
    const ofType = (Values: string[], more: object = {}) =>
      ssm.send(new DescribeParametersCommand({ ParameterFilters: [{ Key: 'Type', Values }], ...more }));
    const first = await ofType(['String'], { MaxResults: 2 });
    expect(first.Parameters?.map(({ Name }) => Name)).toEqual(['/a', '/b']);
    const second = await ofType(['String'], { MaxResults: 2, NextToken: first.NextToken });
    expect(second.Parameters?.map(({ Name }) => Name)).toEqual(['/c']);
    expect((await ofType(['SecureString'])).Parameters?.map(({ Name }) => Name)).toEqual(['secret']);
    const { Parameters, InvalidParameters } = await ssm.send(
      new GetParametersCommand({ Names: ['/a', '/none'] }),
    );
    expect(Parameters).toMatchObject([{ Name: '/a', Value: image(5) }]);
    expect(InvalidParameters).toEqual(['/none']);
    const eleven = Array.from({ length: 11 }, (_, index) => `/${index}`);
    await expectCode(ssm.send(new GetParametersCommand({ Names: eleven })), 'ValidationException');
  });

  test('[REF-4] Recipes are found by the image that they build on', async () => {
    references().addRecipe({ kind: 'image-recipe', name: 'golden', parentImage: image(6) });
    const ask = (ImageIds: string[]) =>
      ec2.send(
        new DescribeImageReferencesCommand({
          ImageIds,
          ResourceTypes: [{ ResourceType: 'imagebuilder:ImageRecipe' }],
        }),
      );
    expect((await ask([image(6), image(7)])).ImageReferences).toEqual([
      {
        ImageId: image(6),
        ResourceType: 'imagebuilder:ImageRecipe',
        Arn: 'arn:aws:imagebuilder:us-east-1:111111111111:image-recipe/golden/1.0.0',
      },
    ]);
    const eleven = Array.from({ length: 11 }, (_, index) => image(index));
    await expectCode(ask(eleven), 'InvalidParameterValue');
  });

  test('[REF-5] A usage report tells which accounts use an image, once it is there, until it is deleted', async () => {
    const ImageId = sandbox.model.addImage({ account: place.accountId, region: place.region });
    const [, other] = sandbox.accounts;
    sandbox.model
      .references({ accountId: other!.id, region: place.region })
      .addLaunchTemplate({ name: 'theirs', versions: [{ imageId: ImageId }, { imageId: ImageId }] });
    const outside = { accountId: '999999999999', resourceType: 'ec2:Instance', count: 3 };
    references().addReportedUse({ imageId: ImageId, ...outside });
    const ResourceTypes = [{ ResourceType: 'ec2:Instance' }, { ResourceType: 'ec2:LaunchTemplate' }];
    const order = new CreateImageUsageReportCommand({ ImageId, ResourceTypes, ClientToken: 'once' });
    const { ReportId = '' } = await ec2.send(order);
    expect((await ec2.send(order)).ReportId).toBe(ReportId);
    const ReportIds = [ReportId];
    const entries = () => ec2.send(new DescribeImageUsageReportEntriesCommand({ ReportIds }));
    expect((await entries()).ImageUsageReportEntries).toEqual([]);
    await waitUntilImageUsageReportAvailable(
      { client: ec2, maxWaitTime: 5, minDelay: 0.05, maxDelay: 0.1 },
      { ReportIds },
    );
    const told = (await entries()).ImageUsageReportEntries?.map((entry) => [
      ...[entry.AccountId, entry.ResourceType, entry.UsageCount],
    ]);
    expect(told).toEqual([
      [other!.id, 'ec2:LaunchTemplate', 1],
      ['999999999999', 'ec2:Instance', 3],
    ]);
    const { ImageUsageReports } = await ec2.send(new DescribeImageUsageReportsCommand({ MaxResults: 1 }));
    expect(ImageUsageReports).toMatchObject([{ ReportId, ImageId, State: 'available', ResourceTypes }]);
    await ec2.send(new DeleteImageUsageReportCommand({ ReportId }));
    await expectCode(entries(), 'InvalidImageUsageReportId.NotFound');
  });

  test('[REF-5] A usage report may fail, and is not made of images of others or of unknown types', async () => {
    const ImageId = sandbox.model.addImage({ account: place.accountId, region: place.region });
    const make = (ResourceType: string, id = ImageId) =>
      ec2.send(new CreateImageUsageReportCommand({ ImageId: id, ResourceTypes: [{ ResourceType }] }));
    await expectCode(make('ec2:Volume'), 'InvalidParameterValue');
    await expectCode(make('ec2:Instance', image(9)), 'InvalidAMIID.NotFound');
    references().usageReportError = 'no';
    await make('ec2:Instance');
    const { ReportId } = await make('ec2:Instance');
    references().usageReportError = undefined;
    await expect
      .poll(async () => {
        const { ImageUsageReports } = await ec2.send(
          new DescribeImageUsageReportsCommand({ ReportIds: [ReportId!] }),
        );
        return ImageUsageReports?.map(({ State, StateReason }) => [State, StateReason]);
      })
      .toEqual([['error', 'no']]);
  });

  test('[REF-4] An instance tells the image that it was launched from', async () => {
    await sandbox.addInstance({
      account: place.accountId,
      region: place.region,
      name: 'web',
      imageId: image(8),
    });
    const { Reservations } = await ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'image-id', Values: [image(8)] }] }),
    );
    expect(Reservations?.[0]?.Instances).toMatchObject([{ ImageId: image(8) }]);
  });
});
