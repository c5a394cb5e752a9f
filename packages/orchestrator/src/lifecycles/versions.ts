import type { semverBumpTypes } from '@ami-publisher/core';

/** `MAJOR.MINOR.PATCH`, without more. */
export type Version = readonly [number, number, number];

const form = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/;

/** The parts of a version; undefined if the text has another form. */
export const parseVersion = (text: string): Version | undefined => {
  const match = form.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
};

export const formatVersion = (version: Version): string => version.join('.');

/** The version of the next AMI that is built for a stack tag. */
export const afterBuild = ([major]: Version): Version => [major + 1, 0, 0];

/** The version of a patch of an AMI. */
export const afterPatch = (
  [major, minor, patch]: Version,
  bump: (typeof semverBumpTypes)[number],
): Version => (bump === 'MINOR' ? [major, minor + 1, 0] : [major, minor, patch + 1]);

/** Orders versions, the highest last. */
export const compareVersions = (one: Version, other: Version): number =>
  one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
