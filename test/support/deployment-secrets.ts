import type { LifecycleOperation } from '@ami-publisher/core';

/** The secrets of a deployment of the original by their full names, and what each is good for. */
export const deploymentSecrets: ReadonlyMap<string, LifecycleOperation> = new Map(
  (
    [
      ['ami_creation_post_api_key', 'creation:post'],
      ['ami_creation_put_api_key', 'creation:put'],
      ['ami_creation_status_api_key', 'status'],
      ['ami_creation_qa_certification_key', 'creation:certify'],
      ['ami_creation_mark_for_production_key', 'creation:approve'],
      ['ami_creation_timeline_api_key', 'creation:timeline'],
      ['ami_patch_post_api_key', 'patch:post'],
      ['ami_patch_put_api_key', 'patch:put'],
      ['ami_patch_mark_for_production_key', 'patch:approve'],
      ['ami_patch_timeline_api_key', 'patch:timeline'],
    ] as const
  ).map(([name, operation]) => [`/ami-lifecycle/api-keys/${name}`, operation]),
);
