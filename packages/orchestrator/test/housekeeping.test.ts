import { AmiPublisherError, silentLogger, VirtualClock } from '@ami-publisher/base';
import { fromTagList, type Target, tagSpecification } from '@ami-publisher/core';
import { ModelCloud } from '@ami-publisher/sandbox';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { executorConfigurationSchema } from '../src/configuration/products.js';
import type { ExecutorServices } from '../src/executors/services.js';
import { workTags } from '../src/executors/work-tags.js';
import { collectGarbage } from '../src/garbage/collect.js';
import type { Attempt, LifecycleState } from '../src/lifecycles/state.js';
import { reconcile } from '../src/tags/reconcile.js';
import { workOn } from './support/work.js';

const account = { id: '111111111111', name: 'development' };
const region = 'us-east-1';
const { signal } = new AbortController();
const hourMs = 60 * 60_000;

describe('Housekeeping', () => {
  let clock: VirtualClock;
  let cloud: ModelCloud;
  let services: ExecutorServices;
  let target: Target;

  beforeEach(async () => {
    clock = new VirtualClock();
    cloud = new ModelCloud({ accounts: [account], regions: [region], clock });
    target = { partition: 'aws', accountId: account.id, account: account.name, region };
    const product = { stream: 'base', targets: '*,*', primary: `${account.name},${region}` };
    const configuration = executorConfigurationSchema.parse({ products: [product] });
    services = {
      cloud,
      clock,
      configuration,
      logger: silentLogger,
    } as Partial<ExecutorServices> as ExecutorServices;
  });
  afterEach(() => cloud.model.close());

  const run = <T>(outcome: Promise<T>): Promise<T> => clock.runUntil(outcome);
  const addImage = () => cloud.model.addImage({ account: account.id, region, tags: { owner: 'me' } });
  const ended = (attempt: Attempt, status: Attempt['status'], result: Attempt['result']): Attempt => ({
    ...attempt,
    ...{ status, result, endedAt: new Date(Date.UTC(2026, 10, 23, 7, 8, 9)) },
  });

  describe('of tags', () => {
    /** A lifecycle whose AMI was built and has failed its scan. */
    const scanned = (image: string): LifecycleState => {
      const details = [{ image, region, accountId: account.id, name: 'base', ami_semver: '1.0.0' }];
      const { state, attempt } = workOn('BUILD_AMI');
      const scan = workOn('VULNERABILIY_SCANS_AMI_CREATE').attempt;
      const findings = { total_vulnerabilities: '2', vulnerability_severities: { HIGH: '2' } };
      return {
        ...state,
        attempts: [
          ended(attempt, 'COMPLETED', { properties: { ami_details: details } }),
          ended(scan, 'FAILED', { properties: findings }),
        ],
      };
    };
    const tagsOf = async (image: string) => {
      const { images } = await cloud.model.inventory(account.id, region);
      return fromTagList(images.find(({ ImageId }) => ImageId === image)?.Tags);
    };

    test('[W-E1] are made what the record says, and others stay', async () => {
      const image = addImage();
      const state = scanned(image);
      const [first] = await run(reconcile(services, state, { signal }));
      expect(first).toMatchObject({ status: 'corrected' });
      expect(await tagsOf(image)).toEqual({
        owner: 'me',
        AMI_LC_LIFECYCLE_ID: state.lifecycle.id,
        AMI_LC_PRODUCT_NAME: 'small',
        AMI_LC_PRODUCT_VER: '1',
        AMI_LC_COMMIT_REF: state.lifecycle.commitRef,
        AMI_LC_CURRENT_AMI_SEMVER: '1.0.0',
        AMI_LC_EVENT_BUILD_AMI_STATUS: 'COMPLETED',
        AMI_LC_EVENT_BUILD_AMI_STATUS_DATE: '11/23/2026, 07:08:09',
        AMI_LC_EVENT_VULNERABILIY_SCANS_AMI_CREATE_STATUS: 'FAILED',
        AMI_LC_EVENT_VULNERABILIY_SCANS_AMI_CREATE_STATUS_DATE: '11/23/2026, 07:08:09',
        AMI_LC_EVENT_VULNERABILIY_SCANS_AMI_CREATE_TOTAL_VULNERABILITIES: '2',
        AMI_LC_EVENT_VULNERABILIY_SCANS_AMI_CREATE_SEVERITIES:
          'CRITICAL: 0, HIGH: 2, MEDIUM: 0, LOW: 0, INFORMATIONAL: 0, UNTRIAGED: 0',
      });
      expect(await run(reconcile(services, state, { signal }))).toMatchObject([{ status: 'in-order' }]);
    });

    test('[W-E1] are only told of in a dry run, each with what it should be and what it is', async () => {
      const image = addImage();
      const state = scanned(image);
      await run(reconcile(services, state, { signal }));
      const ec2 = await cloud.ec2(target);
      const Tags = [{ Key: 'AMI_LC_PRODUCT_VER', Value: '9' }];
      await run(ec2.createTags({ Resources: [image], Tags }));
      const [told] = await run(reconcile(services, state, { signal, dryRun: true }));
      expect(told).toMatchObject({
        status: 'would-correct',
        differences: [{ key: 'AMI_LC_PRODUCT_VER', expected: '1', actual: '9' }],
      });
      expect((await tagsOf(image)).AMI_LC_PRODUCT_VER).toBe('9');
    });

    test('[W-E10] of an AMI that has gone fail by themselves', async () => {
      const state = scanned('ami-0123456789abcdef0');
      expect(await run(reconcile(services, state, { signal }))).toMatchObject([
        { status: 'failed', error: { code: 'AWS_NOT_FOUND' } },
      ]);
    });
  });

  describe('of instances', () => {
    const launch = async (attempt: Attempt): Promise<string> => {
      const ec2 = await cloud.ec2(target);
      const request = { ImageId: addImage(), MinCount: 1, MaxCount: 1 };
      const TagSpecifications = tagSpecification('instance', workTags(attempt));
      const { Instances = [] } = await run(ec2.runInstances({ ...request, TagSpecifications }));
      return Instances[0]?.InstanceId ?? '';
    };
    const collect = (states: readonly LifecycleState[], dryRun = false) => {
      const broken: string[] = [];
      const lifecycles = {
        load: async (id: string) => {
          const state = states.find(({ lifecycle }) => lifecycle.id === id);
          if (state === undefined) throw new AmiPublisherError('LIFECYCLE_NOT_FOUND', { message: id });
          return state;
        },
        breakAttempt: async (_id: string, attemptId: string) => {
          broken.push(attemptId);
        },
      };
      const maxAgeMs = 4 * hourMs;
      return run(collectGarbage({ services, lifecycles, maxAgeMs, signal, dryRun })).then((found) => ({
        ...found,
        broken,
      }));
    };
    const stateOf = async (id: string) => {
      const { instances } = await cloud.model.inventory(account.id, region);
      return instances.find(({ InstanceId }) => InstanceId === id)?.State?.Name;
    };

    test('[W-E9] that are days old go, whatever the hour, and their attempt is ended', async () => {
      const { attempt, state } = workOn('SMOKE_TESTS_AMI_CREATE');
      const id = await launch(attempt);
      await clock.advance(3 * hourMs);
      expect((await collect([state])).garbage).toEqual([]);
      await clock.advance(22 * hourMs);
      const { garbage, broken } = await collect([state]);
      expect(garbage).toMatchObject([{ instanceId: id, attemptBroken: true }]);
      expect(broken).toEqual([attempt.id]);
      expect(await stateOf(id)).toBe('shutting-down');
      await clock.advance(hourMs);
      expect((await collect([state])).garbage).toEqual([]);
    });

    test('[W-E9] whose attempt has ended go soon, and nothing is said of an attempt that has a result', async () => {
      const { attempt, state } = workOn('SMOKE_TESTS_AMI_CREATE');
      const over = { ...state, attempts: [ended(attempt, 'FAILED', {})] };
      const id = await launch(attempt);
      await clock.advance(5 * 60_000);
      expect((await collect([over])).garbage).toEqual([]);
      await clock.advance(6 * 60_000);
      expect(await collect([over], true)).toMatchObject({ garbage: [{ instanceId: id }], broken: [] });
      expect(await stateOf(id)).toBe('running');
      expect(await collect([over])).toMatchObject({ garbage: [{ attemptBroken: false }], broken: [] });
      expect(await stateOf(id)).toBe('shutting-down');
    });

    test('[W-E9] of a lifecycle that was deleted go as well', async () => {
      const id = await launch(workOn('SMOKE_TESTS_AMI_CREATE').attempt);
      await clock.advance(hourMs);
      expect((await collect([])).garbage).toMatchObject([{ instanceId: id }]);
    });
  });
});
