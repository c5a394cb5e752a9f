import { randomUUID } from 'node:crypto';
import type * as sns from '@aws-sdk/client-sns';
import { ApiError } from '../model/api-error.js';
import type { ServiceContext } from '../services/service.js';

const namePattern = /^[\w-]{1,256}(\.fifo)?$/;
const mostBytes = 262_144;
/** Printable ASCII that begins with no space. */
const subjectPattern = /^[\x21-\x7e][\x20-\x7e]{0,99}$/;

const invalid = (message: string): ApiError =>
  new ApiError('InvalidParameter', `Invalid parameter: ${message}`);

const createTopic = (
  { state: { accountId, region, services } }: ServiceContext,
  { Name = '' }: sns.CreateTopicInput,
): sns.CreateTopicResponse => {
  if (!namePattern.test(Name)) throw invalid('Topic Name');
  const arn = `arn:aws:sns:${region}:${accountId}:${Name}`;
  if (!services.topics.has(arn)) services.topics.set(arn, { arn, messages: [] });
  return { TopicArn: arn };
};

const publish = ({ state: { services } }: ServiceContext, input: sns.PublishInput): sns.PublishResponse => {
  const { TopicArn = '', Message = '', Subject, MessageGroupId } = input;
  const topic = services.topics.get(TopicArn);
  if (topic === undefined) throw new ApiError('NotFound', 'Topic does not exist', 404);
  if (Message === '') throw invalid('Empty message');
  if (Buffer.byteLength(Message) > mostBytes) throw invalid('Message too long');
  if (Subject !== undefined && !subjectPattern.test(Subject)) throw invalid('Subject');
  if (TopicArn.endsWith('.fifo') !== (MessageGroupId !== undefined))
    throw invalid('The MessageGroupId parameter is required for FIFO topics, and for them alone');
  const before = topic.messages.find(
    ({ MessageDeduplicationId: id }) => id !== undefined && id === input.MessageDeduplicationId,
  );
  const message = before ?? { ...input, MessageId: randomUUID() };
  if (before === undefined) topic.messages.push(message);
  return { MessageId: message.MessageId };
};

/** Every action of SNS that the sandbox answers. */
export const snsHandlers = { CreateTopic: createTopic, Publish: publish } as const;
