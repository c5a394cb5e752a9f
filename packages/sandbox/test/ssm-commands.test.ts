import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import {
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, eventually, expectCode, serviceClientOptions } from './support/aws.js';
import {
  availableVolume,
  completedSnapshot,
  describeImage,
  instanceIn,
  registeredImage,
  registration,
} from './support/resources.js';
import { addPrograms } from './support/system-tree.js';

const place = { account: '111111111111', region: 'us-east-1' };
const policies = {
  '222222222222': {
    Version: '2012-10-17' as const,
    Statement: [
      {
        Effect: 'Allow' as const,
        Action: ['ssm:SendCommand'],
        Resource: [
          'arn:aws:ssm:*::document/AWS-RunShellScript',
          'arn:aws:ec2:*:*:instance/i-0123456789abcdef0',
        ] as [string, ...string[]],
      },
    ],
  },
};

describe('Commands of Systems Manager', () => {
  destroyClients();
  let sandbox: Sandbox;
  let ec2: ReturnType<typeof ec2Client>;
  let ssm: SSMClient;
  let bound: SSMClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 2, policies });
    ec2 = ec2Client(sandbox);
    ssm = new SSMClient(serviceClientOptions(sandbox));
    bound = new SSMClient(serviceClientOptions(sandbox, { keys: sandbox.accounts[1]! }));
  });
  afterAll(async () => {
    ssm.destroy();
    bound.destroy();
    await sandbox.close();
  });

  /** A running instance of an AMI whose disk has a shell and the file `/etc/release`. */
  const launched = async (): Promise<string> => {
    const volumeId = await availableVolume(ec2, 'us-east-1a');
    const content = sandbox.model.volumePath(volumeId);
    await addPrograms(join(content, 'tree'), ['/bin/sh', '/bin/cat']);
    await mkdir(join(content, 'tree/etc'), { recursive: true });
    await writeFile(join(content, 'tree/etc/release'), 'release 7\n');
    await writeFile(join(content, 'seal.json'), '{}');
    const image = await registeredImage(ec2, registration('tree', await completedSnapshot(ec2, volumeId)));
    await eventually(async () =>
      (await describeImage(ec2, image)).State === 'available' ? true : undefined,
    );
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({ ImageId: image, MinCount: 1, MaxCount: 1 }),
    );
    const id = Instances[0]!.InstanceId!;
    await instanceIn(ec2, id, 'running');
    return id;
  };

  const send = async (
    instanceId: string,
    commands: string[],
    more: Record<string, string[]> = {},
    client = ssm,
  ) => {
    const { Command } = await client.send(
      new SendCommandCommand({
        DocumentName: 'AWS-RunShellScript',
        InstanceIds: [instanceId],
        Parameters: { commands, ...more },
      }),
    );
    return Command!.CommandId!;
  };
  const invocation = (CommandId: string, InstanceId: string) =>
    ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId }));
  const ended = (commandId: string, instanceId: string) =>
    eventually(async () => {
      const answer = await invocation(commandId, instanceId);
      return answer.Status === 'InProgress' ? undefined : answer;
    });

  test('[COMMAND-1] A command runs in the tree of the AMI that the instance was launched from', async () => {
    const id = await launched();
    const command = await send(id, ['cat /etc/release', 'echo oops >&2', 'echo new > /etc/new', 'exit 3']);
    expect(await ended(command, id)).toMatchObject({
      Status: 'Failed',
      ResponseCode: 3,
      StandardOutputContent: 'release 7\n',
      StandardErrorContent: 'oops\n',
    });
    expect((await ended(await send(id, ['cat /etc/new']), id)).StandardOutputContent).toBe('new\n');
    expect(await ended(await send(id, ['ls /']), id)).toMatchObject({ Status: 'Failed', ResponseCode: 127 });
    await expectCode(invocation('00000000-0000-0000-0000-000000000000', id), 'InvocationDoesNotExist');
  });

  test('[COMMAND-2] Without a tree a command is a process of this machine in the folder of the instance', async () => {
    const id = await sandbox.addInstance({ ...place, name: 'host' });
    const command = await send(id, ['pwd > where']);
    expect((await ended(command, id)).Status).toBe('Success');
    const folder = sandbox.instanceDirectory(id);
    expect(await readFile(join(folder, 'where'), 'utf8')).toBe(`${folder}\n`);
  });

  test('[COMMAND-3] A command ends with its time, and with its instance', async () => {
    const id = await sandbox.addInstance({ ...place, name: 'host' });
    const short = await send(id, ['sleep 60'], { executionTimeout: ['1'] });
    expect(await ended(short, id)).toMatchObject({
      Status: 'TimedOut',
      StatusDetails: 'Execution Timed Out',
    });
    const long = await send(id, ['sleep 60']);
    expect((await invocation(long, id)).Status).toBe('InProgress');
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    expect((await ended(long, id)).Status).toBe('Failed');
  });

  test('[COMMAND-4] Commands are for running instances with an agent', async () => {
    const id = await sandbox.addInstance({ ...place, name: 'host' });
    const stopped = await sandbox.addInstance({ ...place, name: 'host', state: 'stopped' });
    const silent = await sandbox.addInstance({ ...place, name: 'host', ssmAgent: false });
    const Filters = [{ Key: 'InstanceIds', Values: [id, stopped, silent] }];
    const { InstanceInformationList } = await ssm.send(new DescribeInstanceInformationCommand({ Filters }));
    expect(InstanceInformationList).toMatchObject([{ InstanceId: id, PingStatus: 'Online' }]);
    await expectCode(send(stopped, ['true']), 'InvalidInstanceId');
    await expectCode(send(silent, ['true']), 'InvalidInstanceId');
    await expectCode(send(id, []), 'InvalidParameters');
  });

  test('[COMMAND-5] SendCommand has to be allowed on the instance and on the document', async () => {
    await expectCode(send('i-0123456789abcdef0', ['true'], {}, bound), 'InvalidInstanceId');
    await expectCode(send('i-0123456789abcdef1', ['true'], {}, bound), 'AccessDeniedException');
  });
});
