import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromTagList } from '@ami-publisher/core';
import { describe, expect, test } from 'vitest';
import { createExecutors } from '../../src/executors/executors.js';
import { pinPatch } from '../../src/executors/patch/pin-patch.js';
import { pinBuild } from '../../src/executors/pin-build.js';
import type { Executor } from '../../src/jobs/executor.js';
import type { AmiDetails } from '../../src/lifecycles/state.js';
import { lifecycleTags } from '../../src/tags/ami-tags.js';
import { type ExecutorWorld, instanceProfile } from '../support/executor-world.js';
import { fastClock } from '../support/fast-clock.js';
import { completed, patchWork, pinned, workOn } from '../support/work.js';

const { signal } = new AbortController();
/** Nothing here waits for more than the sandbox, which is quick. */
const clock = fastClock(200);
const bucket = 'image-builder-components';
const step = (path: string) =>
  `{ name: file, action: CreateFile, inputs: [{ path: ${path}, content: "patched\\n" }] }`;
const document = (...steps: string[]) =>
  `schemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n${steps.map((one) => `      - ${one}\n`).join('')}`;

/** Builds and patches by Image Builder, of AMIs that were published to two regions with the key `alias/amis`. */
export const imageBuilderSuite = (world: () => ExecutorWorld, amis: () => readonly AmiDetails[]): void => {
  describe('Image Builder', () => {
    const region = () => world().sandbox.regions[0]!;
    const known = () =>
      world().sandbox.model.services({ accountId: world().accountId, region: region() }).imageBuilder;
    const executorOf = (event: 'BUILD_AMI' | 'PATCH_AMI', product: object): Executor =>
      createExecutors({ ...world().services(product), clock })[event]!;
    const pipeline = (name: string, regions = world().sandbox.regions): string => {
      const kmsKeyId = 'alias/amis';
      return known().addPipeline({
        ...{ name, parentImage: amis()[0]!.image, components: [document(step('/etc/built'))] },
        distributions: regions.map((one) => ({ region: one, amiDistributionConfiguration: { kmsKeyId } })),
      });
    };
    const contentOf = async ({ region: place, image }: AmiDetails, path: string): Promise<string> => {
      const { images } = await world().sandbox.model.inventory(world().accountId, place);
      const made = images.find(({ ImageId }) => ImageId === image)?.BlockDeviceMappings?.[0]?.Ebs;
      expect(made?.Encrypted).toBe(true);
      return readFileSync(
        join(world().sandbox.model.snapshotPath(made?.SnapshotId ?? ''), 'tree', path),
        'utf8',
      );
    };
    const detailsOf = (properties: object | undefined): readonly AmiDetails[] =>
      (properties as { ami_details: readonly AmiDetails[] }).ami_details;
    const amiCount = async () =>
      (await world().sandbox.model.inventory(world().accountId, region())).images.length;

    test('[W-E14] a pipeline builds what a product is made of, once for an attempt, whoever goes on with it', async () => {
      const arn = pipeline('edge');
      const product = { imageBuilder: { pipeline: arn } };
      const work = workOn('BUILD_AMI');
      const pins = await pinBuild(world().services(product), work.state, signal);
      expect(pins).toEqual({
        imagebuilder_pipeline_arn: arn,
        imagebuilder_imagerecipe_arn: arn.replace(':image-pipeline/edge', ':image-recipe/edge/1.0.0'),
      });
      // The first server dies when it has just begun.
      const cut = new AbortController();
      const held = world().sandbox.model.faults.hold('GetImage', 'before');
      const first = executorOf('BUILD_AMI', product).run(pinned(work, pins), cut.signal);
      const call = await held;
      cut.abort(new Error('cut short'));
      call.release();
      await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
      const before = known().builds.size;
      const { status, properties } = await executorOf('BUILD_AMI', product).run(pinned(work, pins), signal);
      expect(known().builds.size).toBe(before);
      expect(status).toBe('COMPLETED');
      expect(properties).toMatchObject({
        imagebuilder_pipeline_arn: arn,
        imagebuilder_image_name: 'edge',
        imagebuilder_recipe_components: [
          { componentArn: expect.stringContaining('component/edge-1/1.0.0/1') },
        ],
      });
      const built = detailsOf(properties);
      expect(built.map((ami) => ami.region)).toEqual([...world().sandbox.regions]);
      for (const ami of built) expect(await contentOf(ami, 'etc/built')).toBe('patched\n');
      const state = completed(work, properties);
      const build = { ...state.attempts[1]!, event: 'BUILD_AMI' } as const;
      expect(
        lifecycleTags({ ...state, attempts: [build] }, { type: 'ami-creation', patchNumber: 0 }),
      ).toMatchObject({ AMI_LC_COMPONENTS: 'edge-1/1.0.0/1', AMI_LC_IMAGEBUILDER_RECIPE_NAME: 'edge' });
    });

    test('a build that nobody waits for any more is cancelled, and no other', async () => {
      const product = { imageBuilder: { pipeline: pipeline('cancelled') } };
      const executor = executorOf('BUILD_AMI', product);
      const [work, other] = [workOn('BUILD_AMI'), workOn('BUILD_AMI')];
      const cut = new AbortController();
      const held = world().sandbox.model.faults.hold('GetImage', 'before');
      const running = executor.run(work, cut.signal);
      const call = await held;
      const going = executor.run(other, signal);
      cut.abort(new Error('cancelled'));
      call.release();
      await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
      await executor.cleanUp(work);
      expect((await going).status).toBe('COMPLETED');
      const ours = [...known().builds.values()].filter(({ name }) => name === 'cancelled');
      expect(ours.map(({ status }) => status).sort()).toEqual(['AVAILABLE', 'CANCELLED']);
      await executor.cleanUp(work);
    });

    test('a pipeline that was changed, is elsewhere, or makes no AMI for a target is told', async () => {
      const arn = pipeline('changed', [region()]);
      const product = { imageBuilder: { pipeline: arn } };
      const work = pinned(workOn('BUILD_AMI'), { imagebuilder_imagerecipe_arn: 'arn:of:another' });
      await expect(executorOf('BUILD_AMI', product).run(work, signal)).rejects.toMatchObject({
        code: 'CONTENT_CHANGED',
      });
      await expect(executorOf('BUILD_AMI', product).run(workOn('BUILD_AMI'), signal)).rejects.toThrow(
        `has no AMI in ${world().accountName},${world().sandbox.regions[1]}`,
      );
      for (const wrong of [`${arn}-not`, arn.replace(region(), 'eu-north-1')]) {
        const services = world().services({ imageBuilder: { pipeline: wrong } });
        await expect(pinBuild(services, workOn('BUILD_AMI').state, signal)).rejects.toMatchObject({
          code: 'PRODUCT_NOT_CONFIGURED',
        });
      }
    });

    const patching = () => ({
      ...{ imageBuilder: { patches: true }, kmsKey: 'alias/amis' },
      instance: { profile: instanceProfile },
    });
    const component = async (key: string, body: string): Promise<string> => {
      await world().putObject(bucket, key, body);
      return `s3://${bucket}/${key}`;
    };

    test('[W-E7] a patch changes the AMI by its component, and leaves nothing but AMIs behind', async () => {
      world().sandbox.model.addBucket(bucket, world().accountId, region());
      const url = await component('good.yaml', document(step('/etc/patched')));
      const work = patchWork(url, amis());
      const pins = await pinPatch(world().services(patching()), work.state, url, signal);
      const executor = executorOf('PATCH_AMI', patching());
      // An answer is lost, and the request repeated by another server.
      world().sandbox.model.faults.add({ kind: 'lost-answer', action: 'CreateImageRecipe', count: 1 });
      const { status, properties } = await executor.run(pinned(work, pins), signal);
      expect(status).toBe('COMPLETED');
      const again = await executor.run(pinned(work, pins), signal);
      expect(again.properties).toEqual(properties);
      const patched = detailsOf(properties);
      expect(patched.map((ami) => ami.region)).toEqual([...world().sandbox.regions]);
      for (const ami of patched) {
        expect(await contentOf(ami, 'etc/patched')).toBe('patched\n');
        expect(await contentOf(ami, 'etc/release')).toBe('one\n');
      }
      const { images } = await world().sandbox.model.inventory(world().accountId, region());
      const tags = fromTagList(images.find(({ ImageId }) => ImageId === patched[0]?.image)?.Tags);
      expect(tags).toMatchObject({ 'ami-lifecycle:attempt': work.attempt.id });
      expect(properties).toMatchObject({ patch_component_sha256: pins.patch_component_sha256 });
      await executor.cleanUp(work);
      const { components, recipes, infrastructures, distributions, builds } = known();
      const left = [components, recipes, infrastructures, distributions, builds].flatMap((all) => [
        ...all.keys(),
      ]);
      expect(left.filter((arn) => arn.includes('lifecycle-patch-'))).toEqual([]);
      await executor.cleanUp(work);
    });

    test('[W-E7] a patch whose component fails, or that is called off, leaves nothing at all', async () => {
      const bad = '{ name: broken, action: ExecuteBash, inputs: { commands: ["exit 3"] } }';
      const work = patchWork(await component('bad.yaml', document(bad)), amis());
      const executor = executorOf('PATCH_AMI', patching());
      const before = await amiCount();
      await expect(executor.run(work, signal)).rejects.toThrow('Step broken: exit code 3');
      await executor.cleanUp(work);
      const calledOff = patchWork(await component('slow.yaml', document(step('/etc/slow'))), amis());
      const cut = new AbortController();
      const held = world().sandbox.model.faults.hold('GetImage', 'before');
      const running = executor.run(calledOff, cut.signal);
      const call = await held;
      cut.abort(new Error('called off'));
      call.release();
      await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
      await executor.cleanUp(calledOff);
      expect([...known().builds.keys(), ...known().components.keys()].join()).not.toContain(
        'lifecycle-patch-',
      );
      expect(await amiCount()).toBe(before);
    });

    test('a component that was written anew after the request, or that Image Builder could not take, is refused', async () => {
      const url = await component('anew.yaml', document(step('/etc/one')));
      const services = world().services(patching());
      const work = patchWork(url, amis());
      const pins = await pinPatch(services, work.state, url, signal);
      await component('anew.yaml', document(step('/etc/two')));
      await expect(executorOf('PATCH_AMI', patching()).run(pinned(work, pins), signal)).rejects.toMatchObject(
        {
          code: 'CONTENT_CHANGED',
          message: expect.stringContaining(`its SHA-256 was ${pins.patch_component_sha256}`),
        },
      );
      for (const wrong of ['schemaVersion: 1.0\n', `# ${'x'.repeat(16_000)}\n${document(step('/x'))}`]) {
        const asked = pinPatch(services, work.state, await component('wrong.yaml', wrong), signal);
        await expect(asked).rejects.toMatchObject({ code: 'PATCH_COMPONENT_INVALID' });
      }
    });
  });
};
