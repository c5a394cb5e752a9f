import { type ScanPolicy, type Severity, severities, type Waiver } from '../configuration/scan-policy.js';

/** A finding, as far as a policy looks at it. */
export interface Found {
  readonly id: string;
  readonly severity: Severity;
  /** Names of the packages that have it. */
  readonly packages: readonly string[];
}

/** A finding that a waiver let pass. */
export interface Waived extends Found {
  readonly until: string;
  readonly reason: string;
}

export interface ScanVerdict {
  readonly passed: boolean;
  /** Of all findings, waived or not. */
  readonly counts: Readonly<Record<Severity, number>>;
  /** What counted, the worst first. */
  readonly counted: readonly Found[];
  readonly waived: readonly Waived[];
  /** Severities of which there are more than allowed. */
  readonly exceeded: readonly {
    readonly severity: Severity;
    readonly found: number;
    readonly allowed: number;
  }[];
}

/** What a policy says of findings at a time, in ms since the Unix epoch. */
export const judgeFindings = (
  { allowed, waivers }: ScanPolicy,
  found: readonly Found[],
  now: number,
): ScanVerdict => {
  const today = new Date(now).toISOString().slice(0, 10);
  const valid = waivers.filter(({ until }) => until >= today);
  const judged = found.map((finding) => ({
    finding,
    waiver: valid.find((waiver) => covers(waiver, finding)),
  }));
  const counted = judged.flatMap(({ finding, waiver }) => (waiver === undefined ? [finding] : []));
  const countedBy = countBySeverity(counted);
  const exceeded = severities.flatMap((severity) => {
    const limit = allowed[severity] ?? Number.POSITIVE_INFINITY;
    return countedBy[severity] > limit ? [{ severity, found: countedBy[severity], allowed: limit }] : [];
  });
  return {
    passed: exceeded.length === 0,
    counts: countBySeverity(found),
    counted: [...counted].sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity)),
    waived: judged.flatMap(({ finding, waiver }) =>
      waiver === undefined ? [] : [{ ...finding, until: waiver.until, reason: waiver.reason }],
    ),
    exceeded,
  };
};

/** A waiver for a package covers a finding only if no other package has it. */
const covers = ({ id, package: name }: Waiver, finding: Found): boolean =>
  id === finding.id &&
  (name === undefined || (finding.packages.length > 0 && finding.packages.every((one) => one === name)));

const countBySeverity = (found: readonly Found[]): Record<Severity, number> => {
  const counts: Record<Severity, number> = {
    CRITICAL: 0,
    HIGH: 0,
    MEDIUM: 0,
    LOW: 0,
    INFORMATIONAL: 0,
    UNTRIAGED: 0,
  };
  for (const { severity } of found) counts[severity] += 1;
  return counts;
};
