/** Lifecycles in all states: 12 stack tags, 20 products of 40 versions, 50 owners; one of a hundred runs, one has ended by an error, one has failed. */
export const fillTables = async (client, count) => {
  for (const statement of [lifecycles, attempts, revisions]) await client.query(statement, [count]);
  for (const table of ['lifecycles', 'attempts', 'lifecycle_revisions'])
    await client.query(`vacuum analyze ${table}`);
};

const events = [
  'BUILD_AMI',
  'SMOKE_TESTS_AMI_CREATE',
  'VULNERABILIY_SCANS_AMI_CREATE',
  'QA_CERTIFICATION_REQUEST',
  'QA_CERTIFICATION_RESPONSE',
  'MARK_FOR_PRODUCTION_CREATE',
];
const requested = JSON.stringify(events.slice(0, 4).map((name) => ({ name, enabled: true })));
const notifications = JSON.stringify([{ method: 'EMAIL', target: 'team@example.org' }]);

/** A UUID that is made of a text; the form is that of random ones. */
const uuidOf = (text) => `overlay(overlay(md5(${text}) placing '4' from 13) placing '8' from 17)::uuid`;

const lifecycles = `
  insert into lifecycles (id, stack_tag, owner, product_name, product_ver, commit_ref, properties, notifications, requested, created_by, created_at)
  select ${uuidOf("'lifecycle ' || i")}, 'branch-' || i % 12, 'owner-' || i % 50, 'product-' || i % 20, '1.' || i % 40, md5(i::text),
    '{"CI_JOB_URL": "https://ci.example.org/jobs/8812"}', '${notifications}', '${requested}', 'bench',
    date_trunc('second', now()) - i * interval '1 minute'
  from generate_series(1, $1::integer) i`;

/** What a result of a build tells, and about as long as those of the others. */
const result = JSON.stringify({
  properties: {
    task: 'BUILD_AMI',
    publication_id: '0f9a6c1e-58a1-4b7c-9a41-6d1f2d1f9c55',
    ami_details: [
      {
        image: 'ami-0123456789abcdef0',
        name: 'base/small 1',
        region: 'eu-west-1',
        accountId: '111122223333',
        ami_semver: '1.0.0',
      },
    ],
  },
});

const attempts = `
  insert into attempts (id, lifecycle_id, patch_number, event, number, status, actor, input, result, error, started_at, heartbeat_at, ended_at)
  select ${uuidOf("'attempt ' || i || ' ' || step")}, ${uuidOf("'lifecycle ' || i")}, 0, (array['${events.join("','")}'])[step], 1, status, 'bench', '{}',
    case when status in ('COMPLETED', 'FAILED') then '${result}'::jsonb end, case when status = 'ERROR' then 'no builder left' end,
    now(), now(), case when status <> 'RUNNING' then now() end
  from generate_series(1, $1::integer) i
    cross join generate_series(1, 6) step
    cross join lateral (select case when step <= i % 6 then 'COMPLETED' else (array['RUNNING', 'ERROR', 'FAILED'])[i % 100 + 1] end) as s (status)
  where step <= i % 6 or (step = i % 6 + 1 and i % 100 < 3)
  order by i desc, step`;

const revisions = 'insert into lifecycle_revisions select id, 1 from lifecycles limit $1';
