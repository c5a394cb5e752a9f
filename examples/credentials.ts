/**
 * Lists targets with AWS credentials that a program of one's own hands out, such as a vault or a broker: no profile, no role.
 *
 *   BROKER=https://vault.example.org/aws node examples/credentials.ts 'prod,*' prod dev
 *
 * The broker answers `GET BROKER/ACCOUNT` with JSON: accessKeyId, secretAccessKey and, where they end, sessionToken and expiration (RFC 3339).
 */
import { openPublisher } from './open-publisher.js';

const [selection = '', ...names] = process.argv.slice(2);
const { BROKER } = process.env;
if (BROKER === undefined || names.length === 0)
  throw new Error('usage: BROKER=URL credentials.ts TARGETS ACCOUNT...');

interface Answer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: string;
}

const askBroker = async (account: string) => {
  const response = await fetch(`${BROKER}/${encodeURIComponent(account)}`);
  if (!response.ok) throw new Error(`the broker answered ${response.status} for ${account}`);
  const { expiration, ...keys } = (await response.json()) as Answer;
  return { ...keys, ...(expiration !== undefined && { expiration: new Date(expiration) }) };
};

const { cloud, close } = await openPublisher({
  accounts: Object.fromEntries(names.map((name) => [name, {}])),
  credentials: (account) => () => askBroker(account),
});
try {
  const { targets, failures } = await cloud.resolveTargets(selection);
  for (const { account, accountId, region } of targets) console.log([account, accountId, region].join('\t'));
  for (const { error } of failures) console.error(error.message);
  if (failures.length > 0) process.exitCode = 1;
} finally {
  await close();
}
