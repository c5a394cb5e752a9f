import { type ErrorCode, toAmiPublisherError } from '@ami-publisher/base';

/** What is looked at, in the order of the report. */
export const doctorChecks = [
  'configuration',
  'credentials',
  'regions',
  'clock',
  'certificates',
  'image server',
  'session manager plugin',
  'unpackers',
  'quotas',
  'journal',
] as const;

export type DoctorCheck = (typeof doctorChecks)[number];

/** One line of a report. */
export interface Finding {
  readonly check: DoctorCheck;
  /** What of it, such as an account, a target or a file. */
  readonly subject: string;
  /** `skipped`: could not be looked at, because something above has failed. */
  readonly status: 'ok' | 'warning' | 'failure' | 'skipped';
  /** What was found, as a sentence without a full stop. */
  readonly detail: string;
  /** What to do about it, as a sentence without a full stop; of all that is not ok. */
  readonly remedy?: string;
  /** Of a failure that an error told. */
  readonly code?: ErrorCode;
}

type Site = Pick<Finding, 'check' | 'subject'>;

export const ok = (site: Site, detail: string): Finding => ({ ...site, status: 'ok', detail });

export const warning = (site: Site, detail: string, remedy: string): Finding => ({
  ...site,
  status: 'warning',
  detail,
  remedy,
});

export const skipped = (site: Site, detail: string, remedy: string): Finding => ({
  ...site,
  status: 'skipped',
  detail,
  remedy,
});

/** The failure that an error tells. */
export const failure = (site: Site, reason: unknown): Finding => {
  const error = toAmiPublisherError(reason);
  return {
    ...site,
    status: 'failure',
    detail: error.summary,
    remedy: error.remedy ?? `see \`ami-publisher explain ${error.code}\``,
    code: error.code,
  };
};

/** What looking comes to; an error is a failure of that site. */
export const found = async (
  site: Site,
  look: () => Finding | readonly Finding[] | Promise<Finding | readonly Finding[]>,
): Promise<readonly Finding[]> => {
  try {
    return [await look()].flat();
  } catch (reason) {
    return [failure(site, reason)];
  }
};
