import { describe, expect, it } from 'vitest';
import { creationEvents, patchEvents, requests } from '../support/requests.js';
import type { World } from '../support/world.js';
import { prerequisite } from './texts.js';

type Body = Record<string, unknown>;
type Break = (body: Body) => Body;

const without =
  (field: string): Break =>
  ({ [field]: _gone, ...rest }) =>
    rest;
const having =
  (more: object): Break =>
  (body) => ({ ...body, ...more });
const firstEvent =
  (change: Break): Break =>
  ({ events, ...rest }) => ({
    ...rest,
    events: (events as Body[]).map((event, at) => (at === 0 ? change(event) : event)),
  });

const creation = 'as part of a lifecycle creation/update request.';
const patch = 'as part of a lifecycle patch/update request.';
const certify = 'as part of a lifecycle qa certification request.';
const approve = 'as part of a lifecycle mark for production approval request.';
const emptyProperties = 'properties element is enabled but contains no elements. properties can not be empty';

/** Faults that creations and updates have in common, V1 to V9. */
const creationFaults: readonly (readonly [string, Break, string])[] = [
  ['V1', without('stack_tag'), `The stack_tag parameter must be defined ${creation}`],
  ['V2', without('owner'), `The owner parameter must be defined ${creation}`],
  ['V3', without('notifications'), `The notifications parameter must be defined ${creation}`],
  [
    'V4',
    having({ notifications: [] }),
    `The notifications parameter must contain at least one target type ${creation}`,
  ],
  ['V5', without('events'), `The events parameter must be defined ${creation}`],
  [
    'V6',
    having({ events: creationEvents().slice(1) }),
    `The events parameter must contain the all 4 event definitions ${creation}`,
  ],
  ['V7', firstEvent(without('name')), `The name parameter must be defined for an event ${creation}`],
  [
    'V8',
    firstEvent(having({ name: 'BUILD' })),
    'The name parameter BUILD is not valid. It must be one of BUILD_AMI,SMOKE_TESTS_AMI_CREATE,VULNERABILIY_SCANS_AMI_CREATE,QA_CERTIFICATION_REQUEST.',
  ],
  ['V9', firstEvent(without('enabled')), `The enabled parameter must be defined for an event ${creation}`],
];

const createFaults: typeof creationFaults = [
  ...creationFaults,
  [
    'V13',
    having({ events: creationEvents() }),
    'An AMI Build request requires that the BUILD_AMI is defined and enabled.',
  ],
  ...['product_ver', 'product_name', 'commit_ref'].map(
    (field) =>
      [
        'V14',
        without(field),
        `An AMI Build request requires that the ${field} attribute is defined.`,
      ] as const,
  ),
];

const updateFaults: typeof creationFaults = [
  [
    'no id',
    without('lifecycle_id'),
    'lifecycle_id must be defined as part of a lifecycle creation update request.',
  ],
  ...creationFaults,
  [
    'V11',
    having({
      events: creationEvents('BUILD_AMI', 'SMOKE_TESTS_AMI_CREATE', 'QA_CERTIFICATION_REQUEST'),
    }),
    prerequisite('QA_CERTIFICATION_REQUEST', 'VULNERABILIY_SCANS_AMI_CREATE', 'False'),
  ],
  [
    'V12',
    having({ events: creationEvents('BUILD_AMI', 'VULNERABILIY_SCANS_AMI_CREATE') }),
    prerequisite('BUILD_AMI', 'SMOKE_TESTS_AMI_CREATE', 'False'),
  ],
  [
    'build',
    having({ events: creationEvents('BUILD_AMI') }),
    'An update request assumes that an AMI has already been built. The BUILD_AMI must not be enabled during an update request.',
  ],
];

const patchFaults: typeof creationFaults = [
  ...['lifecycle_id', 'stack_tag', 'owner', 'notifications'].map(
    (field, at) => [`P${at + 1}`, without(field), `The ${field} parameter must be defined ${patch}`] as const,
  ),
  [
    'P5',
    having({ notifications: [] }),
    `The notifications parameter must contain at least one target type ${patch}`,
  ],
  ['P6', without('events'), `The events parameter must be defined ${patch}`],
  [
    'P7',
    having({ events: patchEvents().slice(1) }),
    `The events parameter must contain all 3 event definitions ${patch}`,
  ],
  ['P8', firstEvent(without('name')), `The name parameter must be defined for an event ${patch}`],
  [
    'P9',
    firstEvent(having({ name: 'PATCH' })),
    'The name parameter PATCH is not valid. It must be one of PATCH_AMI,SMOKE_TESTS_AMI_PATCH,VULNERABILITY_SCANS_AMI_PATCH.',
  ],
  ['P10', firstEvent(without('enabled')), `The enabled parameter must be defined for an event ${patch}`],
  [
    'P11',
    having({ events: patchEvents('PATCH_AMI', 'VULNERABILITY_SCANS_AMI_PATCH') }),
    prerequisite('PATCH_AMI', 'SMOKE_TESTS_AMI_PATCH', 'False'),
  ],
];

const updatePatchFaults: typeof creationFaults = [
  ...patchFaults,
  [
    'patch',
    having({ events: patchEvents('PATCH_AMI') }),
    'An update request assumes that an AMI has already been patched. The PATCH_AMI must not be enabled during an update request.',
  ],
];

const forPatch = 'An AMI Patch request requires that the';
const createPatchFaults: typeof creationFaults = [
  ...patchFaults,
  ['P12', without('commit_ref'), `${forPatch} commit_ref attribute is defined.`],
  ['P13', without('properties'), `${forPatch} properties attribute is defined for event PATCH_AMI.`],
  ...['patch_component_url', 'patch_change_description', 'semver_bump_type'].map(
    (field) =>
      [
        'P14',
        ({ properties, ...rest }: Body) => ({ ...rest, properties: without(field)(properties as Body) }),
        `${forPatch} properties.${field} attribute is defined for event PATCH_AMI.`,
      ] as const,
  ),
  ['P15', having({ events: patchEvents() }), `${forPatch} PATCH_AMI is defined and enabled.`],
];

const verdictFaults = (letter: string, status: string, phrase: string): typeof creationFaults => [
  ...['lifecycle_id', 'stack_tag', status].map(
    (field, at) =>
      [`${letter}${at + 1}`, without(field), `The ${field} parameter must be defined ${phrase}`] as const,
  ),
  [`${letter}4`, having({ properties: {} }), `${emptyProperties} ${phrase}`],
];

const id = '0f9a6c1e-58a1-4b7c-9a41-6d1f2d1f9c55';

/** Every route that takes a body, with a request that is as it should be. */
const writes = {
  create: ['POST', '/ami-creation/lifecycles', requests.create()],
  update: ['PUT', '/ami-creation/lifecycles', requests.update(id)],
  certify: ['POST', `/ami-creation/lifecycles/${id}/certify`, requests.certify(id)],
  approve: ['POST', `/ami-creation/lifecycles/${id}/approve`, requests.approve(id)],
  createPatch: ['POST', '/ami-patch/lifecycles', requests.createPatch(id)],
  updatePatch: ['PUT', '/ami-patch/lifecycles', requests.updatePatch(id)],
  approvePatch: ['POST', `/ami-patch/lifecycles/${id}/approve`, requests.approve(id)],
} as const;

const faults: readonly (readonly [keyof typeof writes, typeof creationFaults])[] = [
  ['create', createFaults],
  ['update', updateFaults],
  ['certify', verdictFaults('C', 'certification_status', certify)],
  ['approve', verdictFaults('A', 'approval_status', approve)],
  ['createPatch', createPatchFaults],
  ['updatePatch', updatePatchFaults],
  ['approvePatch', verdictFaults('A', 'approval_status', approve)],
];

const owner = { owner: { name: 'x' } };

/** Values that are refused with 422: kinds, ranges and formats. */
const wrongValues: readonly (readonly [string, keyof typeof writes, Break, RegExp])[] = [
  [
    '[W-S1] forged results',
    'create',
    having({ outputs_ami_creation: { events: [] } }),
    /no field `outputs_ami_creation`/,
  ],
  [
    '[W-S1] fields that nobody knows',
    'createPatch',
    having({ lifecycle_score: 6 }),
    /no field `lifecycle_score`/,
  ],
  ['a key in the body', 'create', having({ api_key: 'x' }), /no field `api_key`/],
  ['an owner that is an object', 'create', having(owner), /`owner`/],
  [
    '[W-A16] a switch that is a text',
    'create',
    firstEvent(having({ enabled: 'false' })),
    /`events.0.enabled`/,
  ],
  [
    '[W-A16] an event that is there twice',
    'create',
    having({
      events: creationEvents('BUILD_AMI').map((event, at) =>
        at === 3 ? { ...event, name: 'BUILD_AMI' } : event,
      ),
    }),
    /each event once/,
  ],
  [
    '[W-A17] an e-mail address that is none',
    'create',
    having({ notifications: [{ method: 'EMAIL', target: 'x' }] }),
    /`notifications.0.target`/,
  ],
  [
    '[W-A17] a method that nobody knows',
    'create',
    having({ notifications: [{ method: 'PIGEON', target: 'x' }] }),
    /`notifications.0.method`/,
  ],
  [
    'a channel without a method',
    'create',
    having({ notifications: [{ target: 'team@example.org' }] }),
    /`notifications.0.method`/,
  ],
  [
    'a mail without an address',
    'create',
    having({ notifications: [{ method: 'EMAIL' }] }),
    /`notifications.0.target`/,
  ],
  ['[W-A17] an id that is none', 'update', having({ lifecycle_id: 'x' }), /`lifecycle_id`/],
  [
    '[W-A17] a verdict that nobody knows',
    'certify',
    having({ certification_status: 'MAYBE' }),
    /`certification_status`/,
  ],
  [
    '[W-A17] an approval that nobody knows',
    'approve',
    having({ approval_status: 'YES' }),
    /`approval_status`/,
  ],
  [
    '[W-A17] a bump that nobody knows',
    'createPatch',
    ({ properties, ...rest }) => ({
      ...rest,
      properties: { ...(properties as Body), semver_bump_type: 'MAJOR' },
    }),
    /`properties.semver_bump_type`/,
  ],
  [
    'a component that is not in S3',
    'createPatch',
    ({ properties, ...rest }) => ({
      ...rest,
      properties: { ...(properties as Body), patch_component_url: '/etc' },
    }),
    /`properties.patch_component_url`/,
  ],
  ['a NUL in a text', 'create', having({ owner: 'a\0b' }), /NUL/],
  ['half a character', 'create', having({ owner: '\ud800' }), /half of a character/],
  ['nesting without end', 'create', having({ properties: deep(40) }), /nested deeper/],
];

function deep(levels: number): Body {
  return levels === 0 ? {} : { inner: deep(levels - 1) };
}

/** What requests must look like. None of these reaches a lifecycle, so that none needs one. */
export const requestSuite = (world: () => World): void => {
  describe.each(faults)('a request to %s', (name, table) => {
    const [method, path, body] = writes[name];

    it.each(table)('[W-A1] is refused with the text of the original: %s', async (_rule, change, text) => {
      const answered = await world().call(method, path, change(structuredClone(body) as Body));
      expect(answered).toMatchObject({ status: 400, body: { error: text } });
    });
  });

  it.each(faults.map(([name, table]) => [name, table] as const))(
    'names what is missing from a request to %s in the order of the original',
    async (name, table) => {
      const [method, path, whole] = writes[name];
      const missing = table.filter(
        ([, change]) => Object.keys(change({ ...whole })).length < Object.keys(whole).length,
      );
      let body: Body = {};
      for (const [, change, text] of missing) {
        expect(await world().call(method, path, body)).toMatchObject({ status: 400, body: { error: text } });
        const rest = change({ ...whole });
        body = {
          ...body,
          ...Object.fromEntries(Object.entries(whole).filter(([field]) => !(field in rest))),
        };
      }
    },
  );

  it.each(wrongValues)('refuses %s', async (_what, name, change, text) => {
    const [method, path, body] = writes[name];
    const answered = await world().call(method, path, change(structuredClone(body) as Body));
    expect(answered).toMatchObject({
      status: 422,
      body: { code: 'REQUEST_VALUE_INVALID', error: expect.stringMatching(text) },
    });
  });

  it('[W-A11] stores nothing of a request that is refused', async () => {
    const stackTag = 'refused-early';
    const body = without('product_ver')({ ...requests.create(), stack_tag: stackTag });
    expect((await world().call('POST', '/ami-creation/lifecycles', body)).status).toBe(400);
    const list = await world().call('GET', `/ami-creation/lifecycles/status?stack_tag=${stackTag}`);
    expect(list.body).toEqual([]);
  });

  describe('the events of a creation', () => {
    const V11 = prerequisite('QA_CERTIFICATION_REQUEST', 'VULNERABILIY_SCANS_AMI_CREATE', 'False');
    const V12 = prerequisite('BUILD_AMI', 'SMOKE_TESTS_AMI_CREATE', 'False');
    const V13 = 'An AMI Build request requires that the BUILD_AMI is defined and enabled.';
    /** Build, smoke, vulnerability, QA; the text of the refusal, or none. */
    const combinations: readonly (readonly [string, string?])[] = [
      ...['0000', '0001', '0010', '0011', '0100', '0110', '0111'].map((bits) => [bits, V13] as const),
      ['0101', V11],
      ...['1000', '1100', '1110', '1111'].map((bits) => [bits] as const),
      ['1101', V11],
      ...['1001', '1010', '1011'].map((bits) => [bits, V12] as const),
    ];

    it.each(combinations)('switched on as %s get what the table says', async (bits = '', text) => {
      const names = [
        'BUILD_AMI',
        'SMOKE_TESTS_AMI_CREATE',
        'VULNERABILIY_SCANS_AMI_CREATE',
        'QA_CERTIFICATION_REQUEST',
      ];
      const events = creationEvents(...names.filter((_name, at) => bits[at] === '1'));
      const answered = await world().call('POST', '/ami-creation/lifecycles', {
        ...requests.create(),
        events,
      });
      if (text === undefined) expect(answered.status).toBe(200);
      else expect(answered).toMatchObject({ status: 400, body: { error: text } });
    });

    it('[W-A15] count as asked for if they are completed already', async () => {
      const done = await world().reach('vuln done');
      const answered = await world().update(done, 'SMOKE_TESTS_AMI_CREATE', 'QA_CERTIFICATION_REQUEST');
      expect(answered).toMatchObject({ status: 200, body: { skipped_events: ['SMOKE_TESTS_AMI_CREATE'] } });
      const not = await world().reach('build done');
      const refused = await world().update(not, 'SMOKE_TESTS_AMI_CREATE', 'QA_CERTIFICATION_REQUEST');
      expect(refused).toMatchObject({ status: 409, body: { error: V11 } });
    });

    it('may be named in lower case, and the scan in either spelling; the misspelt one is told', async () => {
      const events = creationEvents('BUILD_AMI').map(({ name, enabled }) => ({
        name: name.replace('VULNERABILIY', 'VULNERABILITY').toLowerCase(),
        enabled,
      }));
      const record = await world().status(await world().create({ events }));
      expect(record.inputs_ami_creation.events).toEqual(creationEvents('BUILD_AMI'));
    });
  });

  it('[W-A13] leaves a lifecycle as it was when an update breaks a rule', async () => {
    const lifecycle = await world().reach('build done');
    const before = await world().status(lifecycle);
    const request = {
      ...requests.update(lifecycle, creationEvents('QA_CERTIFICATION_REQUEST')),
      owner: 'else',
    };
    expect((await world().call('PUT', '/ami-creation/lifecycles', request)).status).toBe(409);
    expect(await world().status(lifecycle)).toEqual(before);
  });

  it('[W-S14] refuses another stack tag, and an id that is not that of the path', async () => {
    const lifecycle = await world().reach('QA request done');
    const path = `/ami-creation/lifecycles/${lifecycle}/certify`;
    const other = await world().call('POST', path, { ...requests.certify(lifecycle), stack_tag: 'other' });
    expect(other).toMatchObject({ status: 409, body: { code: 'STACK_TAG_MISMATCH' } });
    expect(await world().call('POST', path, requests.certify(id))).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID' },
    });
  });

  it('[W-A3] keeps properties of every kind as they are', async () => {
    const properties = {
      number: 1.5,
      list: [1, null, { deep: true }],
      text: 'äöü "quotes" \\ 😀',
      nothing: null,
    };
    expect((await world().status(await world().create({ properties }))).properties).toEqual(properties);
  });
};
