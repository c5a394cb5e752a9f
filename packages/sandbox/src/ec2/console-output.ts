import { required } from '../model/api-error.js';
import type { Ec2Handler } from './handler.js';
import { lookup } from './lookup.js';

/** What EC2 keeps of a console, the end of it. */
const keptBytes = 64 * 1024;

/** What the machine has written to its console so far, whether it still runs or not. */
export const getConsoleOutput: Ec2Handler<'GetConsoleOutput'> = async ({ state, clock, hosts }, input) => {
  const { id } = lookup(state.instances, 'instance', required(input.InstanceId, 'instanceId'));
  const text = Buffer.from(await hosts.console(state, id));
  const Output = text.subarray(-keptBytes).toString('base64');
  return { InstanceId: id, Timestamp: new Date(clock.now()), Output };
};
