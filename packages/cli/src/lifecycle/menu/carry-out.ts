import { isAmiPublisherError } from '@ami-publisher/base';
import { lifecyclePath } from '@ami-publisher/core';
import { BatchFault } from '../orchestrator/faults.js';
import { type ReadOperation, readOperations } from '../orchestrator/reads.js';
import { type WriteOperation, writeOperations } from '../orchestrator/writes.js';
import type { CarryOut, ReadyTask } from './machine.js';
import { yesNoQuit } from './questions.js';
import type { MenuSession } from './session.js';
import type { MenuTerminal } from './terminal.js';

const reads: Readonly<Record<string, ReadOperation>> = readOperations;
const writes: Readonly<Record<string, WriteOperation>> = writeOperations;
const json = (value: unknown): string => JSON.stringify(value, undefined, 2);

/** Carries out what the menus have put together; an error is said, and leads back to where it came from. */
export const carryOutWith =
  (session: MenuSession, terminal: MenuTerminal): CarryOut =>
  async (ready) => {
    try {
      const read = reads[ready.task];
      const write = writes[ready.task];
      if (read !== undefined) return await tell(session, terminal, ready, read);
      if (write !== undefined) return await request(session, terminal, ready, write);
      return 'declined';
    } catch (reason) {
      if (!(isAmiPublisherError(reason) || reason instanceof BatchFault)) throw reason;
      if (isAmiPublisherError(reason) && reason.code === 'CANCELLED') return 'quit';
      terminal.say(`ERROR: ${reason.message}`);
      return 'declined';
    }
  };

const tell = async (
  session: MenuSession,
  terminal: MenuTerminal,
  { events, answers }: ReadyTask,
  read: ReadOperation,
): Promise<'done'> => {
  const given = session.argumentsOf(events, answers);
  const { client } = await session.server();
  terminal.say(withoutKey(await read.url(given, client)));
  terminal.say(await read.read(given, client));
  return 'done';
};

const request = async (
  session: MenuSession,
  terminal: MenuTerminal,
  { events, answers }: ReadyTask,
  write: WriteOperation,
): Promise<'done' | 'declined' | 'quit'> => {
  const prepared = await write.prepare(session.argumentsOf(events, answers), session.discovery);
  const { client, endpoint } = await session.server();
  terminal.say(`Json Request\n${json(prepared.body)}`);
  const path = lifecyclePath(prepared.route, answers.get('--lifecycleId') ?? '');
  terminal.say(`${prepared.route.method} api_endpoint: ${endpoint}${path}`);
  const answer = await terminal.ask(yesNoQuit('Do you want to proceed with the API request?'));
  if (answer === 'quit') return 'quit';
  if (answer === 'back' || answer.value === 'n') return 'declined';
  if (answer.value === 'q') return 'quit';
  const response = await prepared.send(client);
  terminal.say(`API Response details:\n${json(response)}`);
  terminal.say(`The lifecycle, and where its status is:\n${response.lifecycle_id}`);
  terminal.say(withoutKey(await client.statusUrl(response.lifecycle_id)));
  return 'done';
};

/** Keys do not belong on screens. */
const withoutKey = (text: string): string => {
  const url = new URL(text);
  url.searchParams.delete('api_key');
  return url.href;
};
