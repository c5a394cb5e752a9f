import type { Run } from '../../support/world.js';
import type { Ground } from './proving-ground.js';

/**
 * When the publisher dies: it has written down what it is about to send, and sent nothing; all is done, and the answer is on its way; or the
 * request is on its way, and is carried out two seconds after.
 */
export const moments = [
  'before it is sent',
  'before it is answered',
  'two seconds before its effect',
] as const;
export type Moment = (typeof moments)[number];

const lateMs = 2_000;

/** Runs a command until it makes a call, and kills it there. Resolves when it is dead; `settled` when nothing more can come of the call. */
export const killAt = async (
  ground: Ground,
  command: readonly string[],
  action: string,
  moment: Moment,
): Promise<{ readonly settled: Promise<void> }> => {
  const arriving = ground.hold(action, moment === 'before it is answered' ? 'after' : 'before');
  const victim = ground.start(...command);
  const held = await Promise.race([arriving, endedWithout(action, victim.ended)]);
  victim.signal('SIGKILL');
  await victim.ended;
  if (moment === 'before it is sent') held.drop();
  if (moment === 'before it is answered') held.release();
  if (moment !== 'two seconds before its effect') return { settled: Promise.resolve() };
  const settled = new Promise<void>((resolve) => setTimeout(resolve, lateMs)).then(() => held.release());
  return { settled };
};

const endedWithout = async (action: string, ended: Promise<Run>): Promise<never> => {
  const { stderr } = await ended;
  throw new Error(`the command ended without ${action}: ${stderr}`);
};
