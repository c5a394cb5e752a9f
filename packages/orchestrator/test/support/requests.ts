const creationNames = [
  'BUILD_AMI',
  'SMOKE_TESTS_AMI_CREATE',
  'VULNERABILIY_SCANS_AMI_CREATE',
  'QA_CERTIFICATION_REQUEST',
];
const patchNames = ['PATCH_AMI', 'SMOKE_TESTS_AMI_PATCH', 'VULNERABILITY_SCANS_AMI_PATCH'];

const events =
  (names: readonly string[]) =>
  (...enabled: string[]) =>
    names.map((name) => ({ name, enabled: enabled.includes(name) }));

/** All events of a creation request, the named ones on. */
export const creationEvents = events(creationNames);
/** All events of a patch request, the named ones on. */
export const patchEvents = events(patchNames);

const head = {
  stack_tag: 'main',
  owner: 'release-bot',
  notifications: [{ method: 'EMAIL', target: 'team@example.org' }],
};

/** Requests that are as they should be. */
export const requests = {
  create: () => ({
    ...head,
    product_name: 'edge-gateway',
    product_ver: '4.2.0',
    commit_ref: '9f1c2b7e4a5d6c8b0e3f1a2d4c6b8e0f12345678',
    events: creationEvents('BUILD_AMI'),
    properties: { CI_JOB_URL: 'https://ci.example.org/jobs/8812' },
  }),
  update: (lifecycle_id: string, requested = creationEvents()) => ({
    ...head,
    lifecycle_id,
    events: requested,
  }),
  certify: (lifecycle_id: string, certification_status = 'CERTIFIED') => ({
    lifecycle_id,
    stack_tag: 'main',
    certification_status,
    properties: { qa_owner: 'j.doe', qa_comment: 'passed on bench 3' },
  }),
  approve: (lifecycle_id: string, approval_status = 'APPROVED') => ({
    lifecycle_id,
    stack_tag: 'main',
    approval_status,
    properties: { change_ticket: 'CHG-2201' },
  }),
  createPatch: (lifecycle_id: string) => ({
    ...head,
    lifecycle_id,
    owner: 'patch-bot',
    commit_ref: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d',
    events: patchEvents('PATCH_AMI'),
    properties: {
      patch_component_url: 's3://example-patch-components/openssl.yaml',
      patch_change_description: 'update openssl',
      semver_bump_type: 'PATCH',
    },
  }),
  updatePatch: (lifecycle_id: string, requested = patchEvents()) => ({
    ...head,
    lifecycle_id,
    owner: 'patch-bot',
    commit_ref: '',
    events: requested,
    properties: null,
  }),
};
