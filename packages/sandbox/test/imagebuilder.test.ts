import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import * as imagebuilder from '@aws-sdk/client-imagebuilder';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, eventually, expectCode, serviceClientOptions } from './support/aws.js';
import {
  availableVolume,
  completedSnapshot,
  describeImage,
  registeredImage,
  registration,
} from './support/resources.js';
import { addPrograms } from './support/system-tree.js';

const [home, abroad] = ['us-east-1', 'eu-west-1'] as const;
const account = '111111111111';
const status = 'Package: openssl\nStatus: install ok installed\nVersion: 3.0.2-1\n';
const document = (...steps: string[]) =>
  `schemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n${steps.map((step) => `      - ${step}\n`).join('')}`;
const fileStep = '{ name: motd, action: CreateFile, inputs: [{ path: /etc/motd, content: "hello\\n" }] }';

describe('EC2 Image Builder', () => {
  destroyClients();
  let sandbox: Sandbox;
  let client: imagebuilder.ImagebuilderClient;
  let bound: imagebuilder.ImagebuilderClient;
  let parentImage: string;

  beforeAll(async () => {
    sandbox = await startSandbox({
      accounts: 2,
      regions: [home, abroad],
      policies: {
        '222222222222': {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['imagebuilder:CreateComponent', 'imagebuilder:TagResource'],
              Resource: ['arn:aws:imagebuilder:*:*:component/ours-*/*/*'],
            },
            {
              Effect: 'Allow',
              Action: ['imagebuilder:DeleteComponent'],
              Resource: ['*'],
              Condition: { StringEquals: { 'aws:ResourceTag/owner': 'me' } },
            },
          ],
        },
      },
    });
    client = new imagebuilder.ImagebuilderClient(serviceClientOptions(sandbox));
    bound = new imagebuilder.ImagebuilderClient(
      serviceClientOptions(sandbox, { keys: sandbox.accounts[1]! }),
    );
    const ec2 = ec2Client(sandbox);
    const volumeId = await availableVolume(ec2, `${home}a`);
    const content = sandbox.model.volumePath(volumeId);
    mkdirSync(join(content, 'tree/var/lib/dpkg'), { recursive: true });
    writeFileSync(join(content, 'tree/var/lib/dpkg/status'), status);
    await addPrograms(join(content, 'tree'), ['/bin/sh', '/bin/bash', '/bin/mkdir']);
    writeFileSync(join(content, 'seal.json'), '{"stream":"base","leaf":"1","manifestDigest":"d"}');
    parentImage = await registeredImage(ec2, registration('parent', await completedSnapshot(ec2, volumeId)));
    await eventually(async () =>
      (await describeImage(ec2, parentImage)).State === 'available' ? true : undefined,
    );
  });
  afterAll(async () => {
    client.destroy();
    bound.destroy();
    await sandbox.close();
  });

  const common = { semanticVersion: '1.0.0' };
  const component = async (name: string, data: string) => {
    const request = { ...common, name, data, platform: 'Linux', clientToken: name } as const;
    const answer = await client.send(new imagebuilder.CreateComponentCommand(request));
    return answer.componentBuildVersionArn!;
  };
  const recipe = async (name: string, ...components: string[]) => {
    const request = {
      ...{ ...common, name, parentImage, clientToken: name },
      components: components.map((componentArn) => ({ componentArn })),
    };
    return (await client.send(new imagebuilder.CreateImageRecipeCommand(request))).imageRecipeArn!;
  };
  const infrastructure = async (name: string) => {
    const request = { name, instanceProfileName: 'builder', clientToken: name };
    const answer = await client.send(new imagebuilder.CreateInfrastructureConfigurationCommand(request));
    return answer.infrastructureConfigurationArn!;
  };
  const image = async (arn: string) =>
    (await client.send(new imagebuilder.GetImageCommand({ imageBuildVersionArn: arn }))).image!;
  const ended = (arn: string) =>
    eventually(async () => {
      const now = await image(arn);
      return ['AVAILABLE', 'CANCELLED', 'FAILED'].includes(now.state?.status ?? '') ? now : undefined;
    });
  const treeOf = async ({ region = '', image: id = '' }: imagebuilder.Ami) => {
    const { images } = await sandbox.model.inventory(account, region);
    const { BlockDeviceMappings = [] } = images.find(({ ImageId }) => ImageId === id)!;
    return join(sandbox.model.snapshotPath(BlockDeviceMappings[0]?.Ebs?.SnapshotId ?? ''), 'tree');
  };

  test('[BUILDER-1] [BUILDER-2] An image is a copy of the disk of its parent, changed by its components, in each region', async () => {
    const fixed = { id: 'CVE-2026-0001', package: 'openssl', fixedIn: '3.0.2-2', severity: 'HIGH' } as const;
    sandbox.model.services({ accountId: account, region: home }).addVulnerability(fixed);
    const key = sandbox.model.addKmsKey({ accountId: account, region: abroad }, 'alias/amis');
    const arn = await component('good', document(fileStep, '{ name: update, action: UpdateOS }'));
    const imageRecipeArn = await recipe('good', arn);
    const infrastructureConfigurationArn = await infrastructure('good');
    const amiTags = { owner: 'me' };
    const name = 'good {{ imagebuilder:buildDate }}';
    const distributions = [
      { region: home, amiDistributionConfiguration: { name, amiTags } },
      { region: abroad, amiDistributionConfiguration: { name, amiTags, kmsKeyId: key } },
    ];
    const { distributionConfigurationArn } = await client.send(
      new imagebuilder.CreateDistributionConfigurationCommand({ name: 'good', distributions }),
    );
    const source = { imageRecipeArn, infrastructureConfigurationArn, distributionConfigurationArn };
    const request = { ...source, tags: { attempt: '1' }, clientToken: 'once' };
    const create = () => client.send(new imagebuilder.CreateImageCommand(request));
    const { imageBuildVersionArn = '' } = await create();
    expect((await create()).imageBuildVersionArn).toBe(imageBuildVersionArn);
    expect(imageBuildVersionArn).toBe(`arn:aws:imagebuilder:${home}:${account}:image/good/1.0.0/1`);
    expect((await image(imageBuildVersionArn)).state?.status).toBe('PENDING');
    const made = await ended(imageBuildVersionArn);
    expect(made).toMatchObject({
      state: { status: 'AVAILABLE' },
      tags: { attempt: '1' },
      imageRecipe: { arn: imageRecipeArn, components: [{ componentArn: arn }] },
    });
    const amis = made.outputResources?.amis ?? [];
    expect(amis.map(({ region, accountId }) => [region, accountId])).toEqual([
      [home, account],
      [abroad, account],
    ]);
    for (const ami of amis) {
      expect(readFileSync(join(await treeOf(ami), 'etc/motd'), 'utf8')).toBe('hello\n');
      expect(readFileSync(join(await treeOf(ami), 'var/lib/dpkg/status'), 'utf8')).toContain('3.0.2-2');
    }
    const { images } = await sandbox.model.inventory(account, abroad);
    expect(images[0]?.Tags).toContainEqual({ Key: 'owner', Value: 'me' });
    expect(images[0]?.BlockDeviceMappings?.[0]?.Ebs?.Encrypted).toBe(true);
    const { imageSummaryList } = await client.send(
      new imagebuilder.ListImageBuildVersionsCommand({
        imageVersionArn: imageBuildVersionArn.replace(/\/1$/, ''),
      }),
    );
    expect(imageSummaryList).toMatchObject([{ arn: imageBuildVersionArn, tags: { attempt: '1' } }]);
  });

  test('[BUILDER-3] A pipeline makes image after image, each of which can be cancelled until it has ended', async () => {
    const { imageBuilder } = sandbox.model.services({ accountId: account, region: home });
    const imagePipelineArn = imageBuilder.addPipeline({ name: 'Edge AMIs', parentImage });
    expect(imagePipelineArn).toMatch(/:image-pipeline\/edge-amis$/);
    const start = async (clientToken: string) => {
      const request = { imagePipelineArn, clientToken, tags: { attempt: clientToken } };
      const answer = await client.send(new imagebuilder.StartImagePipelineExecutionCommand(request));
      return answer.imageBuildVersionArn!;
    };
    const cancel = (imageBuildVersionArn: string) =>
      client.send(new imagebuilder.CancelImageCreationCommand({ imageBuildVersionArn }));
    const [first, second] = [await start('a'), await start('b')];
    await expectCode(
      client.send(new imagebuilder.DeleteImageCommand({ imageBuildVersionArn: second })),
      'ResourceInUseException',
    );
    await cancel(second);
    expect(await ended(first)).toMatchObject({
      state: { status: 'AVAILABLE' },
      sourcePipelineArn: imagePipelineArn,
      outputResources: { amis: [{ region: home }] },
    });
    expect(await image(second)).toMatchObject({
      state: { status: 'CANCELLED' },
      outputResources: { amis: [] },
    });
    await expectCode(cancel(first), 'ResourceInUseException');
    const list = (nextToken?: string) =>
      client.send(
        new imagebuilder.ListImagePipelineImagesCommand({ imagePipelineArn, maxResults: 1, nextToken }),
      );
    const { imageSummaryList, nextToken } = await list();
    expect(imageSummaryList).toMatchObject([{ arn: first, tags: { attempt: 'a' } }]);
    expect((await list(nextToken)).imageSummaryList).toMatchObject([{ arn: second }]);
    const asked = new imagebuilder.GetImagePipelineCommand({ imagePipelineArn });
    expect((await client.send(asked)).imagePipeline?.imageRecipeArn).toMatch(
      /:image-recipe\/edge-amis\/1.0.0$/,
    );
  });

  test('[BUILDER-4] An image whose component fails says which step, and has no AMI', async () => {
    const data = document('{ name: broken, action: ExecuteBash, inputs: { commands: ["exit 3"] } }');
    const source = {
      imageRecipeArn: await recipe('bad', await component('bad', data)),
      infrastructureConfigurationArn: await infrastructure('bad'),
    };
    const { imageBuildVersionArn = '' } = await client.send(new imagebuilder.CreateImageCommand(source));
    const made = await ended(imageBuildVersionArn);
    expect(made.state).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('Step broken: exit code 3'),
    });
    expect(made.outputResources?.amis).toEqual([]);
  });

  test('[BUILDER-5] What is there, in use or not there is told, and documents are read when they come', async () => {
    const data = document(fileStep);
    const arn = await component('kept', data);
    expect(await component('kept', data)).toBe(arn);
    const again = (more: object) => {
      const request = { ...common, name: 'kept', data, platform: 'Linux', ...more } as const;
      return client.send(new imagebuilder.CreateComponentCommand(request));
    };
    await expectCode(again({}), 'ResourceAlreadyExistsException');
    await expectCode(
      again({ clientToken: 'kept', description: 'x' }),
      'IdempotentParameterMismatchException',
    );
    await expectCode(
      again({ data: document('{ name: x, action: Unheard }') }),
      'InvalidParameterValueException',
    );
    await expectCode(again({ semanticVersion: 'one' }), 'InvalidParameterValueException');
    const imageRecipeArn = await recipe('kept', arn);
    const remove = new imagebuilder.DeleteComponentCommand({ componentBuildVersionArn: arn });
    await expectCode(client.send(remove), 'ResourceDependencyException');
    await client.send(new imagebuilder.DeleteImageRecipeCommand({ imageRecipeArn }));
    await client.send(remove);
    await expectCode(client.send(remove), 'ResourceNotFoundException');
  });

  test('[BUILDER-6] Policies are about what a call makes or names, its tags, and what things are made of', async () => {
    const create = (name: string, tags = {}) => {
      const request = { ...common, name, data: document(fileStep), platform: 'Linux', tags } as const;
      return bound.send(new imagebuilder.CreateComponentCommand(request));
    };
    await expectCode(create('theirs'), 'AccessDeniedException');
    const remove = ({ componentBuildVersionArn }: imagebuilder.CreateComponentResponse) =>
      bound.send(new imagebuilder.DeleteComponentCommand({ componentBuildVersionArn }));
    await remove(await create('ours-a', { owner: 'me' }));
    await expectCode(remove(await create('ours-b')), 'AccessDeniedException');
    const recipeOf = { ...common, name: 'x', parentImage, components: [] };
    await expectCode(
      bound.send(new imagebuilder.CreateImageRecipeCommand(recipeOf)),
      'AccessDeniedException',
    );
  });
});
