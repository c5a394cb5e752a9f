import { isAmiPublisherError } from '@ami-publisher/base';
import type { EndedEvent, LifecycleClient, WriteAnswer } from '@ami-publisher/core';
import { exitCodes } from '../../exit-codes.js';
import { connect, createDiscovery } from '../server/connect.js';
import { waitForEvents, waitUntilIdle } from '../wait.js';
import { BatchFault, demand } from './faults.js';
import { log } from './log.js';
import type { GivenArguments } from './parse-arguments.js';
import { type ReadOperation, readOperations } from './reads.js';
import { serverOptionsOf } from './server-options.js';
import { type WriteOperation, writeOperations } from './writes.js';

/** What the original ends with when an argument is missing. */
const missingArgumentCode = 99;

const reads: Readonly<Record<string, ReadOperation>> = readOperations;
const writes: Readonly<Record<string, WriteOperation>> = writeOperations;

/** Runs one operation without questions. @returns the exit code, as the reference has them in 7.4 */
export const runBatch = async (given: GivenArguments): Promise<number> => {
  try {
    return await runOperation(given, operationOf(given));
  } catch (reason) {
    log('ERROR', reason instanceof Error ? reason.message : String(reason));
    if (reason instanceof BatchFault) return missingArgumentCode;
    if (!isAmiPublisherError(reason)) return exitCodes.failure;
    if (reason.code === 'CANCELLED') return exitCodes.interrupted;
    return reason.code === 'INVALID_OPTION' ? exitCodes.usage : exitCodes.failure;
  }
};

const operationOf = (given: GivenArguments): string => {
  const operation = given.one('--operation');
  if (operation === undefined) {
    const name = given.is('--legacy-exit') ? '--operations' : '--operation';
    throw new BatchFault(`The ${name} argument is required for BATCH mode.`);
  }
  const isAboutOne = operation !== 'AMI_CREATE' && operation !== 'AMI_GET_STATUSES';
  if (isAboutOne && given.one('--lifecycleId') === undefined) {
    throw new BatchFault(`The lifecycleId argument is required for ${operation} operation.`);
  }
  if (operation === 'AMI_GET_STATUS_BY_LIFECYCLE_ID' && given.one('--stackTag') === undefined) {
    throw new BatchFault(`The stackTag argument is required for ${operation} operation.`);
  }
  return operation;
};

const runOperation = (given: GivenArguments, operation: string): Promise<number> => {
  const read = reads[operation];
  const write = writes[operation];
  if (read !== undefined) return runRead(given, operation, read);
  if (write !== undefined) return runWrite(given, operation, write);
  throw new BatchFault(`There is no operation ${operation}.`);
};

const runRead = async (given: GivenArguments, operation: string, read: ReadOperation): Promise<number> => {
  const lifecycleId = given.one('--lifecycleId');
  if (given.is('--wait') && lifecycleId === undefined) {
    throw new BatchFault(`The wait argument requires the lifecycleId argument for ${operation} operation.`);
  }
  const { client } = await connect(serverOptionsOf(given));
  if (given.is('--url')) {
    process.stdout.write(`${await read.url(given, client)}\n`);
    return exitCodes.success;
  }
  return calling(given, async () => {
    const ended = given.is('--wait')
      ? await waitUntilIdle({ client, lifecycleId: lifecycleId ?? '' })
      : undefined;
    process.stdout.write(await read.read(given, client));
    return codeOf(ended);
  });
};

const runWrite = async (given: GivenArguments, operation: string, write: WriteOperation): Promise<number> => {
  demand(given, operation, write.needs);
  if (given.is('--url')) throw new BatchFault(`The url argument is not for ${operation} operation.`);
  const options = serverOptionsOf(given);
  const prepared = await write.prepare(given, createDiscovery(options));
  const { client } = await connect(options);
  return calling(given, async () => {
    const answer = await prepared.send(client);
    const text = given.is('--json') ? JSON.stringify(answer, undefined, 2) : answer.lifecycle_id;
    process.stdout.write(`${text}\n`);
    return given.is('--wait')
      ? codeOf(await waitForAnswer(client, answer, prepared.events))
      : exitCodes.success;
  });
};

const waitForAnswer = (
  client: LifecycleClient,
  { lifecycle_id: lifecycleId }: WriteAnswer,
  events: Parameters<typeof waitForEvents>[1],
): Promise<EndedEvent | undefined> => waitForEvents({ client, lifecycleId }, events);

const codeOf = (ended: EndedEvent | undefined): number =>
  ended === undefined || ended.outcome.status === 'COMPLETED' ? exitCodes.success : exitCodes.failure;

/** Has a server's refusal end as the original's calls end, with `--legacy-exit`: a text on stdout, and code 0. */
const calling = async (given: GivenArguments, call: () => Promise<number>): Promise<number> => {
  try {
    return await call();
  } catch (reason) {
    const isCancelled = isAmiPublisherError(reason) && reason.code === 'CANCELLED';
    if (!given.is('--legacy-exit') || isCancelled) throw reason;
    log('ERROR', reason instanceof Error ? reason.message : String(reason));
    process.stdout.write('\nUnexpected JSON reponse, check output for errors\n\n');
    return exitCodes.success;
  }
};
