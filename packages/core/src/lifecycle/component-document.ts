import * as z from 'zod';

const stepSchema = z.looseObject({
  name: z.string().min(1),
  action: z.string().min(1),
});

const phaseSchema = z.looseObject({
  name: z.string().min(1),
  steps: z.array(stepSchema).min(1, 'at least one step'),
});

/**
 * A component document of EC2 Image Builder, as far as its form goes: phases of steps, each with an action. What an action needs, and which there
 * are, is for whoever runs it.
 *
 * Source: EC2 Image Builder user guide, "Use the AWSTOE component document framework".
 */
export const componentDocumentSchema = z.looseObject({
  name: z.string().optional(),
  description: z.string().optional(),
  schemaVersion: z.union([z.literal(1), z.literal('1.0')], 'must be 1.0'),
  phases: z.array(phaseSchema).min(1, 'at least one phase'),
});
