import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { CreateTopicCommand, PublishCommand, type PublishInput, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectCode, serviceClientOptions } from './support/aws.js';

const place = { accountId: '111111111111', region: 'us-east-1' };
const policies = {
  '222222222222': {
    Version: '2012-10-17' as const,
    Statement: [
      {
        Effect: 'Allow' as const,
        Action: ['sns:CreateTopic', 'sns:Publish'],
        Resource: ['arn:aws:sns:*:*:lifecycles'] as [string],
      },
    ],
  },
};

describe('SNS', () => {
  let sandbox: Sandbox;
  let client: SNSClient;
  let bound: SNSClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 2, policies });
    client = new SNSClient(serviceClientOptions(sandbox));
    bound = new SNSClient(serviceClientOptions(sandbox, { keys: sandbox.accounts[1]! }));
  });
  afterAll(async () => {
    client.destroy();
    bound.destroy();
    await sandbox.close();
  });

  const createTopic = async (Name: string, by = client): Promise<string> =>
    (await by.send(new CreateTopicCommand({ Name }))).TopicArn ?? '';
  const publish = (input: PublishInput, by = client) => by.send(new PublishCommand(input));
  const published = (topic: string) => sandbox.model.services(place).topics.get(topic)?.messages;

  test('[SNS-1] A topic keeps what is published to it, with its attributes', async () => {
    const TopicArn = await createTopic('lifecycles');
    expect(await createTopic('lifecycles')).toBe(TopicArn);
    const input = {
      ...{ TopicArn, Subject: 'BUILD_AMI has failed', Message: 'two\nlines' },
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'FAILED' } },
    };
    const { MessageId } = await publish(input);
    expect(published(TopicArn)).toEqual([{ ...input, MessageId }]);
  });

  test('[SNS-2] Topics that are not there, and messages that SNS would not take, are refused', async () => {
    const TopicArn = await createTopic('strict');
    await expectCode(publish({ TopicArn: `${TopicArn}-not`, Message: 'm' }), 'NotFoundException');
    await expectCode(createTopic('not a name'), 'InvalidParameterException');
    for (const wrong of [
      { Message: '' },
      { Message: 'm', Subject: 'two\nlines' },
      { Message: 'm', Subject: 'x'.repeat(101) },
      { Message: 'm', MessageGroupId: 'group' },
      { Message: 'x'.repeat(262_145) },
    ])
      await expectCode(publish({ TopicArn, ...wrong }), 'InvalidParameterException');
    expect(published(TopicArn)).toEqual([]);
  });

  test('[SNS-3] A FIFO topic takes a message once', async () => {
    const TopicArn = await createTopic('ordered.fifo');
    await expectCode(publish({ TopicArn, Message: 'm' }), 'InvalidParameterException');
    const input = { TopicArn, Message: 'm', MessageGroupId: 'group', MessageDeduplicationId: 'one' };
    const ids = [await publish(input), await publish(input)].map(({ MessageId }) => MessageId);
    expect(new Set(ids).size).toBe(1);
    expect(published(TopicArn)).toHaveLength(1);
  });

  test('[SNS-4] Policies are about the ARN of the topic', async () => {
    const TopicArn = await createTopic('lifecycles', bound);
    await publish({ TopicArn, Message: 'm' }, bound);
    await expectCode(createTopic('other', bound), 'AuthorizationErrorException');
    await expectCode(
      publish({ TopicArn: `${TopicArn}-2`, Message: 'm' }, bound),
      'AuthorizationErrorException',
    );
  });
});
