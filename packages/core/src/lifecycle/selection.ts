import * as z from 'zod';
import { type LifecycleEvent, type LifecycleType, lifecycleTypes } from './events.js';

/** How far an AMI must have come to be selected, by the names of the original's selection client, from the least to the most. */
export const selectionStages = [
  'AMI_WITH_OS_HARDENING',
  'SMOKE_TESTED',
  'VULNERABILITY_SCANNED',
  'QA_CERTIFICATION_REQUESTED',
  'QA_CERTIFIED',
  'PRODUCTION_APPROVED',
] as const;
export type SelectionStage = (typeof selectionStages)[number];

/**
 * The event that an AMI must have completed for a stage. The original compared numbers, of which its client and its server had different ones. Patches
 * have no certification: one that is approved stands in for it.
 */
export const eventOfStage: Readonly<Record<SelectionStage, Readonly<Record<LifecycleType, LifecycleEvent>>>> =
  {
    AMI_WITH_OS_HARDENING: { 'ami-creation': 'BUILD_AMI', 'ami-patch': 'PATCH_AMI' },
    SMOKE_TESTED: { 'ami-creation': 'SMOKE_TESTS_AMI_CREATE', 'ami-patch': 'SMOKE_TESTS_AMI_PATCH' },
    VULNERABILITY_SCANNED: {
      'ami-creation': 'VULNERABILIY_SCANS_AMI_CREATE',
      'ami-patch': 'VULNERABILITY_SCANS_AMI_PATCH',
    },
    QA_CERTIFICATION_REQUESTED: {
      'ami-creation': 'QA_CERTIFICATION_REQUEST',
      'ami-patch': 'MARK_FOR_PRODUCTION_PATCH',
    },
    QA_CERTIFIED: {
      'ami-creation': 'QA_CERTIFICATION_RESPONSE',
      'ami-patch': 'MARK_FOR_PRODUCTION_PATCH',
    },
    PRODUCTION_APPROVED: {
      'ami-creation': 'MARK_FOR_PRODUCTION_CREATE',
      'ami-patch': 'MARK_FOR_PRODUCTION_PATCH',
    },
  };

/** What GET `/amis/selected` can be asked: what an AMI must be, as far as it is said. */
export const selectionCriteriaSchema = z.strictObject({
  stack_tag: z.string().default('main'),
  lifecycle_event: z
    .enum(selectionStages)
    .default('AMI_WITH_OS_HARDENING')
    .meta({ description: 'How far the AMI must have come.' }),
  lifecycle_type: z.enum(lifecycleTypes).optional(),
  ami_semver: z.string().optional(),
  product_name: z.string().optional(),
  product_ver: z.string().optional(),
  commit_ref: z.string().optional(),
  aws_region: z.string().optional(),
  account_id: z.string().optional(),
});
export type SelectionCriteria = z.input<typeof selectionCriteriaSchema>;

/** The AMI that was selected. */
export const selectedAmiSchema = z
  .looseObject({
    ami_id: z.string(),
    ami_semver: z.string(),
    aws_region: z.string(),
    account_id: z.string(),
    lifecycle_id: z.string(),
    lifecycle_type: z.string(),
    lifecycle_event: z.string().meta({ description: 'The furthest event that it has completed.' }),
    stack_tag: z.string(),
    product_name: z.string(),
    product_ver: z.string(),
    commit_ref: z.string(),
  })
  .meta({ id: 'SelectedAmi' });
export type SelectedAmi = z.output<typeof selectedAmiSchema>;
