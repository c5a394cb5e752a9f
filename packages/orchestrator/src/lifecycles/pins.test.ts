import { type CreatePatchRequest, type CreateRequest, eventsOf } from '@ami-publisher/core';
import { describe, expect, test } from 'vitest';
import { decideCreate, decideRetry } from './decisions.js';
import type { DecisionContext, Draft } from './draft.js';
import { breakAttempt, finishAttempt } from './finish-attempt.js';
import { decideCreatePatch } from './patch-decisions.js';
import { pinRunning, pinsOf } from './pins.js';
import { runningAttempt } from './state.js';

let ids = 0;
const context: DecisionContext = {
  now: new Date(0),
  newId: () => `id-${++ids}`,
  actor: 'somebody',
  canRun: () => true,
};
const common = { stack_tag: 'main', owner: 'me', commit_ref: 'c', notifications: [] };
const created = (): Draft =>
  decideCreate(
    {
      ...{ ...common, product_name: 'p', product_ver: '1' },
      events: [{ name: 'BUILD_AMI', enabled: true }],
    } as unknown as CreateRequest,
    context,
  );
const pinsNow = (draft: Draft) => pinsOf(runningAttempt(draft.state)!);
const fail = (draft: Draft): void => {
  const { id } = runningAttempt(draft.state)!;
  breakAttempt(draft, id, { status: 'ERROR', error: 'x' }, context);
};

describe('What requests are pinned to', () => {
  test('is that of the attempt, and of those that repeat it', () => {
    const draft = created();
    const pins = { image: 'base/1', manifest_digest: 'd' };
    pinRunning(draft, pins);
    expect(pinsNow(draft)).toEqual(pins);
    fail(draft);
    decideRetry(draft, context);
    expect(draft.state.attempts).toHaveLength(2);
    expect(pinsNow(draft)).toEqual(pins);
  });

  test('is asked for anew by each patch', async () => {
    const draft = created();
    pinRunning(draft, { image: 'base/1' });
    const ami = { image: 'ami-1', region: 'r', accountId: 'a', name: 'n' };
    const verdict = { status: 'COMPLETED', properties: { ami_details: [ami] } } as const;
    await finishAttempt(draft, runningAttempt(draft.state)!.id, verdict, async () => '1.0.0', context);
    const approved = { ...draft.state.attempts[0]!, id: 'approved' };
    for (const event of eventsOf['ami-creation'].slice(1))
      draft.putAttempt({ ...approved, id: event, event });
    const patch = (sha256: string): void => {
      const properties = { patch_component_url: 's3://b/k', semver_bump_type: 'PATCH' };
      const events = [{ name: 'PATCH_AMI', enabled: true }];
      const request = { ...common, lifecycle_id: draft.state.lifecycle.id, properties, events };
      decideCreatePatch(draft, request as unknown as CreatePatchRequest, context);
      pinRunning(draft, { patch_component_sha256: sha256 });
    };
    patch('one');
    fail(draft);
    patch('two');
    expect(pinsNow(draft)).toEqual({ patch_component_sha256: 'two' });
    fail(draft);
    decideRetry(draft, context);
    expect(pinsNow(draft)).toEqual({ patch_component_sha256: 'two' });
  });

  test('is nothing where nothing is pinned', () => {
    const draft = created();
    pinRunning(draft, {});
    expect(pinsNow(draft)).toEqual({});
  });
});
