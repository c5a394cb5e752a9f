// A lifecycle server as `ami-orchestrator serve` is, with executors that launch instances of the sandbox instead of publishing:
//   DATABASE_URL=postgres://... IMAGE=ami-... node replica.mjs
// Prints its URL, and serves until it is killed.
import { setTimeout } from 'node:timers/promises';
import { openDatabase, startOrchestrator } from '@ami-publisher/orchestrator';
import {
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';

const { DATABASE_URL: url, IMAGE: image, AWS_REGION: region } = process.env;
const ec2 = new EC2Client({ region });

const launch = ({ id, event }) =>
  ec2.send(
    new RunInstancesCommand({
      ...{ ImageId: image, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, ClientToken: id },
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: 'attempt', Value: id },
            { Key: 'event', Value: event },
          ],
        },
      ],
    }),
  );

const terminate = async ({ id }) => {
  const { Reservations = [] } = await ec2.send(
    new DescribeInstancesCommand({ Filters: [{ Name: 'tag:attempt', Values: [id] }] }),
  );
  const ids = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId));
  if (ids.length > 0) await ec2.send(new TerminateInstancesCommand({ InstanceIds: ids }));
};

const properties = ({ id, event }) => ({
  attempt: id,
  ...((event === 'BUILD_AMI' || event === 'PATCH_AMI') && {
    ami_details: [{ image: `ami-${id.slice(-12)}`, name: id, region, accountId: '111122223333' }],
  }),
});

/** What looks at an AMI does so on an instance. */
const looking = {
  run: async ({ attempt }, signal) => {
    await launch(attempt);
    await setTimeout(100, undefined, { signal });
    return { status: 'COMPLETED', properties: properties(attempt) };
  },
  cleanUp: ({ attempt }) => terminate(attempt),
};
const plain = {
  run: async ({ attempt }) => ({ status: 'COMPLETED', properties: properties(attempt) }),
  cleanUp: async () => {},
};

const server = await startOrchestrator({
  database: await openDatabase({ url }),
  executors: {
    BUILD_AMI: plain,
    SMOKE_TESTS_AMI_CREATE: looking,
    VULNERABILIY_SCANS_AMI_CREATE: looking,
    QA_CERTIFICATION_REQUEST: plain,
    MARK_FOR_PRODUCTION_CREATE: plain,
    PATCH_AMI: looking,
    SMOKE_TESTS_AMI_PATCH: looking,
    VULNERABILITY_SCANS_AMI_PATCH: looking,
    MARK_FOR_PRODUCTION_PATCH: plain,
  },
  ...{ heartbeatMs: 1_000, silenceLimitMs: 5_000, sweepMs: 1_000, pollMs: 250, concurrency: 10 },
});
console.log(server.url);
