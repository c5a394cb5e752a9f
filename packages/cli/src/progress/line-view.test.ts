import type { PublicationEvent } from '@ami-publisher/core';
import { expect, it } from 'vitest';
import { LineView } from './line-view.js';

const common = { at: '2026-11-22T15:06:58.123Z', publicationId: 'pub-1' };
const target = 'dev,us-east-1';
const where = { ...common, target, step: 'unpack', title: 'Unpack image' };

const linesOf = (...events: PublicationEvent[]): string[] => {
  const lines: string[] = [];
  const view = new LineView({ write: (text) => lines.push(text) });
  for (const event of events) view.show(event);
  view.end();
  return lines;
};

it.each<[string, PublicationEvent, string]>([
  ['the beginning', { ...common, code: 'PUB1001', targets: [target], steps: [] }, 'pub-1: 1 target'],
  [
    'a notice',
    { ...common, code: 'PUB1003', message: 'a and b are one account' },
    'note: a and b are one account',
  ],
  [
    'a target that ended well',
    { ...common, code: 'PUB2002', target, status: 'published', durationMs: 2_500 },
    `${target}: published after 2.5 s`,
  ],
  [
    'a target that failed, without naming it twice',
    { ...common, code: 'PUB2002', target, status: 'failed', durationMs: 10, message: `${target}: no answer` },
    `${target}: failed after 10 ms: no answer`,
  ],
  [
    'a step that took its time',
    { ...where, code: 'PUB3003', durationMs: 3_100 },
    `${target}: Unpack image (3.1 s)`,
  ],
  [
    'a step that is tried again',
    { ...where, code: 'PUB3005', message: 'slow down', delayMs: 2_000 },
    `${target}: Unpack image failed, again in 2.0 s: slow down`,
  ],
  ['a step undone', { ...where, code: 'PUB3006' }, `${target}: undone: Unpack image`],
  [
    'a step that could not be undone',
    { ...where, code: 'PUB3007', message: 'access denied' },
    `${target}: could not undo Unpack image: access denied`,
  ],
  [
    'a step that is undone again',
    { ...where, code: 'PUB3008', message: 'slow down', delayMs: 2_000 },
    `${target}: could not undo Unpack image, again in 2.0 s: slow down`,
  ],
])('a line tells of %s', (_what, event, line) => {
  expect(linesOf(event)).toEqual([`15:06:58 ${line}\n`]);
});

it.each<[string, PublicationEvent]>([
  ['a step that begins', { ...where, code: 'PUB3001' }],
  ['progress', { ...where, code: 'PUB3002', progress: { percent: 50 } }],
  ['a step of less than a second', { ...where, code: 'PUB3003', durationMs: 999 }],
  ['the end, which the results tell', { ...common, code: 'PUB1002', counts: { published: 1 } }],
])('no line tells of %s', (_what, event) => {
  expect(linesOf(event)).toEqual([]);
});
