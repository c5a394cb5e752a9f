import { expect, it } from 'vitest';
import type { World } from '../support/world.js';
import { accessSuite } from './access.js';
import { answerSuite } from './answers.js';
import { attemptSuite } from './attempts.js';
import { orderSuite } from './order.js';
import { recordSuite } from './records.js';
import { requestSuite } from './requests.js';
import { selectionSuite } from './selection.js';

/** Everything that a server promises, whatever database it has. */
export const contract = (world: () => World): void => {
  requestSuite(world);
  accessSuite(world);
  orderSuite(world);
  answerSuite(world);
  recordSuite(world);
  attemptSuite(world);
  selectionSuite(world);

  it('has answered every operation of the OpenAPI document, each as the document says', () => {
    const answered = new Set([...world().checker.seen].map((seen) => seen.split(' ')[0]));
    expect([...answered].sort()).toEqual(world().checker.operations);
  });
};
