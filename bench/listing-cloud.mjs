// A local AWS with many AMIs, in a process of its own, until its stdin ends:
//   node bench/listing-cloud.mjs '{"accounts":20,"regions":["us-east-1"],"images":500,"unused":10}'
// Prints one line of JSON: its environment, and the keys of its accounts.
import { startSandbox } from '@ami-publisher/sandbox';

const { accounts, regions, images, unused } = JSON.parse(process.argv[2]);
const createdAt = new Date(Date.now() - 90 * 86_400_000);

const sandbox = await startSandbox({ accounts, regions });
for (const { id } of sandbox.accounts) {
  for (const region of regions) {
    const place = { account: id, accountId: id, region };
    const ids = Array.from({ length: images }, (_, index) =>
      sandbox.model.addImage({
        ...place,
        createdAt,
        name: `base/debian-12/${index}`,
        tags: { team: 'base', release: String(index), Name: `debian-${index}` },
      }),
    );
    sandbox.model
      .references(place)
      .addLaunchTemplate({ name: 'web', versions: ids.slice(unused).map((imageId) => ({ imageId })) });
  }
}
const keys = sandbox.accounts.map(({ accessKeyId, secretAccessKey }) => ({ accessKeyId, secretAccessKey }));
console.log(JSON.stringify({ environment: sandbox.environment, endpoint: sandbox.endpoint, keys }));
for await (const _ of process.stdin);
await sandbox.close();
