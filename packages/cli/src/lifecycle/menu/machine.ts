import type { ArgumentName, OperationName } from '../orchestrator/arguments.js';
import { askedFor, choiceMenus, eventMenus, type MenuName, previousMenu } from './menus.js';
import { questions, yesNoQuit } from './questions.js';
import type { Left, MenuTerminal } from './terminal.js';

/** An operation with all that it needs. */
export interface ReadyTask {
  readonly task: OperationName;
  readonly events: readonly string[];
  readonly answers: ReadonlyMap<ArgumentName, string>;
}

/** Carries out an operation; asks before it sends anything. */
export type CarryOut = (ready: ReadyTask) => Promise<'done' | 'declined' | 'quit'>;

type Place =
  | { readonly at: 'menu'; readonly menu: MenuName }
  | { readonly at: 'questions'; readonly from: MenuName; readonly ready: ReadyTask }
  | { readonly at: 'task'; readonly from: MenuName; readonly ready: ReadyTask }
  | { readonly at: 'exit' }
  | { readonly at: 'end' };

const menuPlace = (menu: MenuName): Place => ({ at: 'menu', menu });
const end: Place = { at: 'end' };
const rule = '#'.repeat(38);

/** Goes from place to place, beginning with the main menu, until somebody leaves. Nothing is sent but by `carryOut`, and that once for each way there. */
export const runMachine = async (terminal: MenuTerminal, carryOut: CarryOut): Promise<void> => {
  let place = menuPlace('main');
  while (place.at !== 'end') {
    terminal.say(rule);
    place = await visit(place, terminal, carryOut);
  }
  terminal.say('Thank you and goodbye.');
};

const visit = (
  place: Exclude<Place, { readonly at: 'end' }>,
  terminal: MenuTerminal,
  carryOut: CarryOut,
): Promise<Place> => {
  switch (place.at) {
    case 'menu':
      return place.menu in choiceMenus
        ? visitChoices(place.menu as keyof typeof choiceMenus, terminal)
        : visitEvents(place.menu as keyof typeof eventMenus, terminal);
    case 'questions':
      return visitQuestions(place.from, place.ready, terminal);
    case 'task':
      return visitTask(place.from, place.ready, carryOut);
    case 'exit':
      return visitExit(terminal);
  }
};

const visitChoices = async (name: keyof typeof choiceMenus, terminal: MenuTerminal): Promise<Place> => {
  const { title, entries, back } = choiceMenus[name];
  const labels = entries.map(({ label }) => label);
  const answer = await terminal.choose(title, labels, false);
  if (isLeft(answer)) return leave(answer, back);
  const entry = entries[answer[0] ?? 0];
  if (entry === undefined || 'quit' in entry) return end;
  if ('menu' in entry) return menuPlace(entry.menu);
  terminal.say(entry.label);
  return { at: 'questions', from: name, ready: { task: entry.task, events: [], answers: new Map() } };
};

const visitEvents = async (name: keyof typeof eventMenus, terminal: MenuTerminal): Promise<Place> => {
  const { title, events, task, back } = eventMenus[name];
  const labels = [...events.map(([label]) => label), previousMenu];
  const answer = await terminal.choose(title, labels, true);
  if (isLeft(answer)) return leave(answer, back);
  if (answer.includes(events.length)) return menuPlace(back);
  const chosen = events.filter((_event, index) => answer.includes(index));
  terminal.say(chosen.map(([label]) => label).join(', '));
  const ready = { task, events: chosen.map(([, event]) => event), answers: new Map() };
  return { at: 'questions', from: name, ready };
};

/** Asks one question after the other; Esc goes back to the one before, and from the first to the menu. */
const visitQuestions = async (from: MenuName, ready: ReadyTask, terminal: MenuTerminal): Promise<Place> => {
  const names = askedFor[ready.task];
  const answers = new Map(ready.answers);
  for (let index = 0; index < names.length; ) {
    const name = names[index] as ArgumentName;
    const question = questions[name];
    const answer = question === undefined ? 'quit' : await terminal.ask(question);
    if (answer === 'quit') return end;
    if (answer === 'back' && index === 0) return menuPlace(from);
    if (answer === 'back') index -= 1;
    else {
      answers.set(name, answer.value);
      index += 1;
    }
  }
  return { at: 'task', from, ready: { ...ready, answers } };
};

const visitTask = async (from: MenuName, ready: ReadyTask, carryOut: CarryOut): Promise<Place> => {
  const outcome = await carryOut(ready);
  if (outcome === 'quit') return end;
  return outcome === 'declined' ? menuPlace(from) : { at: 'exit' };
};

const visitExit = async (terminal: MenuTerminal): Promise<Place> => {
  const answer = await terminal.ask(yesNoQuit('Do you want to exit?'));
  return answer === 'back' || (!isLeft(answer) && answer.value === 'n') ? menuPlace('main') : end;
};

const isLeft = (answer: unknown): answer is Left => answer === 'back' || answer === 'quit';

const leave = (left: Left, back: MenuName | undefined): Place =>
  left === 'quit' || back === undefined ? end : menuPlace(back);
