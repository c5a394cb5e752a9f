import * as z from 'zod';

/** What Inspector calls how bad a finding is, the worst first. */
export const severities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNTRIAGED'] as const;
export type Severity = (typeof severities)[number];

/** A finding that is known and accepted, for a time. */
const waiverSchema = z.strictObject({
  /** `CVE-2026-0001` */
  id: z.string().min(1),
  /** Of this package only. @default of any */
  package: z.string().min(1).optional(),
  /** The last day on which it holds, UTC. */
  until: z.iso.date(),
  reason: z.string().min(1),
});
export type Waiver = z.output<typeof waiverSchema>;

/** What a scan may find before it fails. */
export const scanPolicySchema = z.strictObject({
  /** How many findings of a severity are let pass. @default no CRITICAL, no HIGH, any number of the others */
  allowed: z.partialRecord(z.enum(severities), z.int().min(0)).default({ CRITICAL: 0, HIGH: 0 }),
  waivers: z.array(waiverSchema).default([]),
});
export type ScanPolicy = z.output<typeof scanPolicySchema>;
