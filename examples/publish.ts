/**
 * Publishes an image to every target of a selection, showing steps as they finish.
 *
 *   node examples/publish.ts base/debian-12 2026-11-22 'prod,us-east-1;dev,*'
 *
 * Node runs it as it is from 22.18 on; before that, compile or bundle it.
 *
 * It uses nothing but the public exports of @ami-publisher/core, so it is a template for a tool of your own.
 */
import {
  AwsCloud,
  createImageServerClient,
  GrpcImageSource,
  isAmiPublisherError,
  openJournalStore,
  Publisher,
  readClientTls,
  readDefaults,
  UnpackerFleet,
} from '@ami-publisher/core';

const [stream, leaf, selection = ''] = process.argv.slice(2);
if (stream === undefined || leaf === undefined) throw new Error('usage: publish.ts STREAM LEAF [TARGETS]');

const defaults = readDefaults();
const tls = readClientTls({
  directory: defaults.certificateDirectory,
  roles: ['publisher', 'operator'],
  now: Date.now(),
});
const imageServer = createImageServerClient({ address: defaults.imageServer, tls });
const cloud = await AwsCloud.fromConfig();
const fleet = new UnpackerFleet({ cloud, tls });
const publisher = new Publisher({
  cloud,
  images: new GrpcImageSource(imageServer),
  fleet,
  journals: openJournalStore(defaults.journal),
});

// Ctrl-C ends the work in order; what was begun can be resumed or rolled back.
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
const { signal } = interrupted;

try {
  const targets = await cloud.resolveTargets(selection, { signal });
  const plan = await publisher.plan({ stream, leaf, targets, tags: { team: 'platform' } }, { signal });
  const publication = publisher.start(plan, { signal });
  for await (const event of publication.events) {
    if (event.code === 'PUB3003')
      console.error(`${event.target}: ${event.title} took ${event.durationMs} ms`);
  }
  const results = await publication.results;
  for (const target of results.targets) {
    console.log([target.account, target.region, target.status, target.imageId ?? ''].join('\t'));
  }
  if (!results.ok) {
    console.error(`publication ${results.publicationId} is not complete: resume it or roll it back`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(isAmiPublisherError(error) ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
} finally {
  imageServer.close();
  await fleet.close();
  cloud.close();
}
