import pg from 'pg';
import { startDaemon } from './daemon.mjs';
import { fillTables } from './lifecycle-rows.mjs';
import { run, table } from './measure.mjs';
import { startPostgres } from './postgres.mjs';
import { programs } from './programs.mjs';

const full = { count: 10_000, rounds: 200 };
const pageSize = 100;
/** Of a page, by a client of the server, ms. */
const p95LimitMs = 50;

const list = '/ami-creation/lifecycles/status';

/** Pages by what is asked of the server, and of the database alone. A page that begins somewhere begins at the middle of what there is. */
const pages = [
  { name: 'the first page of all', query: '', where: 'true', expected: pageSize },
  { name: 'a page in the middle of all', query: '', where: 'true', isDeep: true, expected: pageSize },
  { name: 'one stack tag', query: 'stack_tag=branch-7', where: "stack_tag = 'branch-7'", expected: pageSize },
  {
    name: 'one product',
    query: 'product_name=product-7',
    where: "product_name = 'product-7'",
    expected: pageSize,
  },
  {
    name: 'one product, a page in the middle',
    ...{ query: 'product_name=product-7', where: "product_name = 'product-7'" },
    ...{ isDeep: true, expected: pageSize },
  },
  {
    name: 'one version of a product',
    query: 'product_name=product-7&product_ver=1.27',
    where: "product_name = 'product-7' and product_ver = '1.27'",
    expected: pageSize,
  },
  { name: 'one owner', query: 'owner=owner-17', where: "owner = 'owner-17'", expected: pageSize },
  { name: 'no such owner', query: 'owner=nobody', where: "owner = 'nobody'", expected: 0 },
];

/** The page of the dashboard has no more than this many lifecycles, and filters by state. */
const dashboardSize = 25;
const newest = (column) =>
  `(select ${column} from attempts a where a.lifecycle_id = lifecycles.id order by a.sequence desc limit 1)`;
const dashboards = [
  { name: 'dashboard: in progress', query: 'status=RUNNING', where: `${newest('status')} = 'RUNNING'` },
  { name: 'dashboard: error', query: 'status=ERROR', where: `${newest('status')} = 'ERROR'` },
  { name: 'dashboard: timed out (none)', query: 'status=ERROR_EVENT_TIMEOUT', where: 'false' },
].map((page) => ({ ...page, isDashboard: true }));

const startServer = async (url) => {
  const database = ['--database-url', url];
  await run(process.execPath, [programs.orchestrator, 'migrate', ...database]);
  const create = ['keys', 'create', '--name', 'bench', '--roles', 'requester', ...database];
  const key = (await run(process.execPath, [programs.orchestrator, ...create])).trim();
  // What is in progress stays so, although nobody works on it.
  const limits = ['--silence-limit-minutes', '1000', '--attempt-limit-minutes', '1000'];
  const flags = ['serve', ...database, ...limits, '--listen', '127.0.0.1:0', '--log-level', 'warn'];
  const daemon = await startDaemon(programs.orchestrator, flags);
  return { ...daemon, key, url: `http://${daemon.address}` };
};

/** Where a page in the middle begins, as the server's own links say, and as a tuple of the database. */
const middleOf = async (client, where) => {
  const { rows } = await client.query(
    `select created_at, id from lifecycles where ${where} order by created_at, id offset (select count(*) / 2 from lifecycles where ${where}) limit 1`,
  );
  const [{ created_at: date, id }] = rows;
  return { link: Buffer.from(`${date.toISOString()} ${id}`).toString('base64url'), date, id };
};

const timedValue = async (action) => {
  const startedAt = performance.now();
  const value = await action();
  return { value, ms: performance.now() - startedAt };
};

/** Asks the server for a page; the answer is read and parsed. @returns number of lifecycles in it */
const askServer = async ({ url, key }, { query, isDashboard }, middle) => {
  const parameters = [query, ...(middle ? [`after=${middle.link}`] : [])].filter(Boolean);
  const path = `${isDashboard ? '/' : list}?${parameters.join('&')}`;
  const response = await fetch(url + path, { headers: { 'x-api-key': key } });
  if (response.status !== 200) throw new Error(`${path} answers ${response.status}`);
  if (!isDashboard) return (await response.json()).length;
  return new Set((await response.text()).match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)).size;
};

/** Reads the rows of a page from the database and nothing else. */
const askDatabase = async (client, { where, isDashboard }, middle) => {
  const after = middle ? 'and (created_at, id) > ($1, $2)' : '';
  const order = isDashboard ? 'created_at desc, id desc' : 'created_at, id';
  const { rows } = await client.query(
    `select * from lifecycles where ${where} ${after} order by ${order} limit ${isDashboard ? dashboardSize : pageSize}`,
    middle ? [middle.date, middle.id] : [],
  );
  const ids = rows.map(({ id }) => id);
  await client.query('select * from patches where lifecycle_id = any($1)', [ids]);
  await client.query('select * from attempts where lifecycle_id = any($1) order by sequence', [ids]);
  return rows.length;
};

const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1];

const measurePage = async (server, client, page, rounds) => {
  const middle = page.isDeep ? await middleOf(client, page.where) : undefined;
  const times = { ours: [], bare: [] };
  const before = await server.processorTime();
  for (let round = 0; round < rounds; round += 1) {
    const ours = await timedValue(() => askServer(server, page, middle));
    const bare = await timedValue(() => askDatabase(client, page, middle));
    if (ours.value !== bare.value || bare.value !== (page.expected ?? bare.value))
      throw new Error(`${page.name}: ${ours.value} lifecycles, and ${bare.value} in the database`);
    times.ours.push(ours.ms);
    times.bare.push(bare.ms);
  }
  return { ...times, processorMs: ((await server.processorTime()) - before) / rounds };
};

const figure = (ms) => `${ms.toFixed(1)} ms`;

/** The section on lists of lifecycles: pages of ten thousand on a Postgres, beside the bare rows of the same pages by the same driver. */
export const lifecycles = async (directory, _options, { count, rounds } = full) => {
  const postgres = await startPostgres(directory);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const rows = [];
  try {
    const server = await startServer(postgres.url);
    try {
      await fillTables(client, count);
      for (const page of [...pages, ...dashboards]) {
        await measurePage(server, client, page, 20);
        const { ours, bare, processorMs } = await measurePage(server, client, page, rounds);
        const p95 = percentile(ours, 0.95);
        if (p95 > p95LimitMs) {
          console.error(`missed: lifecycles: ${page.name}: p95 of ${figure(p95)}`);
          process.exitCode = 1;
        }
        const of = [percentile(ours, 0.5), p95, processorMs, percentile(bare, 0.5), percentile(bare, 0.95)];
        rows.push([page.name, ...of.map(figure)]);
      }
    } finally {
      await server.stop();
    }
  } finally {
    await client.end();
    await postgres.stop();
  }
  const head = ['page', 'ours, median', 'p95', 'processor of the server', 'rows alone, median', 'p95'];
  return [table(head, rows), '', `Postgres ${postgres.version} with its own settings.`].join('\n');
};
