import { describe, expect, it } from 'vitest';
import { type CarryOut, type ReadyTask, runMachine } from './machine.js';
import { choiceMenus, eventMenus } from './menus.js';
import type { MenuTerminal } from './terminal.js';

/** What somebody does at one prompt: the labels that are chosen, an answer, or leaving. */
type Deed = readonly string[] | string;

const id = '0f9a6c1e-58a1-4b7c-9a41-6d1f2d1f9c55';

/** Sits at the menus and does what is written down, from first to last; then quits. */
const sit = async (deeds: readonly Deed[], outcome: Awaited<ReturnType<CarryOut>> = 'done') => {
  const left = [...deeds];
  const shown: string[] = [];
  const carried: ReadyTask[] = [];
  const next = (prompt: string): Deed => {
    shown.push(prompt);
    return left.shift() ?? 'quit';
  };
  const terminal: MenuTerminal = {
    choose: async (title, labels) => {
      const deed = next(title);
      return typeof deed === 'string' ? (deed as 'back') : deed.map((label) => labels.indexOf(label));
    },
    ask: async (question) => {
      const deed = next(question.text);
      if (deed === 'back' || deed === 'quit') return deed;
      return { value: await question.accept(String(deed)) };
    },
    say: () => {},
  };
  await runMachine(terminal, async (ready) => {
    carried.push(ready);
    return outcome;
  });
  expect(left, 'deeds that nobody asked for').toEqual([]);
  return { shown, carried };
};

const main = choiceMenus.main.title;
const utils = choiceMenus.utils.title;
const exit = 'Do you want to exit? (y/n/q):';

describe('the menus', () => {
  it.each([
    ['Create AMI', ['Smoke Tests', 'QA Certification'], ['4.2.0', 'edge'], 'AMI_CREATE'],
    ['Update AMI', ['Vulnerability Scans'], [id], 'AMI_CREATE_UPDATE'],
    ['Patch approved AMI', ['AMI Patch only'], [id, 's3://components/a.yaml', 'why', 'minor'], 'AMI_PATCH'],
    ['Continue AMI Patching', ['Smoke Tests'], [id], 'AMI_PATCH_UPDATE'],
  ])('lead by %s %j to %j', async (entry, ticked, answers, task) => {
    const { carried } = await sit([[entry], ticked, ...answers, 'y']);
    expect(carried).toHaveLength(1);
    expect(carried[0]).toMatchObject({ task });
    expect(carried[0]?.events).toHaveLength(ticked.length);
    expect(carried[0]?.answers.size).toBe(answers.length);
  });

  it.each([
    ['Get Status Url by LifecycleId', [id], 'AMI_GET_STATUS_BY_LIFECYCLE_ID'],
    ['Get Statuses Url', [], 'AMI_GET_STATUSES'],
    ['Get Timeline Url for AMI Creation', [id], 'AMI_TIMELINE_CREATE'],
    ['Get Timeline Url for AMI Patch', [id], 'AMI_TIMELINE_PATCH'],
    ['Simulate QA Certification Response', [id, 'certified'], 'AMI_QA_CERTIFICATION'],
    ['Simulate AMI Approval AMI Creation', [id, 'FAILED'], 'AMI_APPROVAL_CREATE'],
    ['Simulate AMI Approval AMI Patch', [id, 'APPROVED'], 'AMI_APPROVAL_PATCH'],
  ])('lead by Utils and %s to %s', async (entry, answers, task) => {
    const { carried } = await sit([['Utils'], [entry], ...answers, 'y']);
    expect(carried).toMatchObject([{ task, events: [] }]);
  });

  it('[W-C7] go back one place at a time: from each menu, and from each question', async () => {
    const { shown, carried } = await sit([
      ...[['Create AMI'], 'back', ['Utils'], 'back'],
      ...[['Update AMI'], ['Previous Menu']],
      ...[['Update AMI'], ['Smoke Tests', 'Previous Menu']],
      ...[['Utils'], ['Simulate QA Certification Response'], id, 'back', 'back'],
      ...[['Previous Menu'], ['Quit']],
    ]);
    expect(shown.filter((prompt) => prompt === main)).toHaveLength(6);
    expect(shown.filter((prompt) => prompt === utils)).toHaveLength(3);
    expect(shown.at(-1)).toBe(main);
    expect(carried).toEqual([]);
  });

  it.each([...Object.values(choiceMenus), ...Object.values(eventMenus)].map(({ title }) => [title]))(
    '[W-C7] are left for good from %s',
    async (title) => {
      const entry = choiceMenus.main.entries.find(
        (candidate) =>
          'menu' in candidate && { ...choiceMenus, ...eventMenus }[candidate.menu].title === title,
      );
      const { carried } = await sit([...(entry === undefined ? [] : [[entry.label]]), 'quit']);
      expect(carried).toEqual([]);
    },
  );

  it('[W-C1] carry nothing out a second time when the main menu is wanted again', async () => {
    const { shown, carried } = await sit([['Utils'], ['Get Statuses Url'], 'n', ['Quit']]);
    expect(shown).toEqual([main, utils, exit, main]);
    expect(carried).toHaveLength(1);
  });

  it('[W-C1] return to the menu of a request that is declined, and end when told to quit', async () => {
    const asked: Deed[] = [['Update AMI'], ['Smoke Tests'], id];
    const declined = await sit([...asked, 'back', ['Quit']], 'declined');
    expect(declined.shown.slice(-2)).toEqual([eventMenus.update.title, main]);
    expect(declined.carried).toHaveLength(1);
    const quit = await sit(asked, 'quit');
    expect(quit.shown.at(-1)).toBe('Enter the lifecycle_id:');
  });
});
