interface Parts {
  readonly text: string;
  readonly number: string;
  readonly rest: string;
}

/** Leading non-digits, the digits after them, and what is left. */
const split = (version: string): Parts => {
  const [whole, text = '', number = ''] = /^(\D*)(\d*)/.exec(version) ?? [''];
  return { text, number, rest: version.slice(whole.length) };
};

/** A tilde sorts before the end, the end before letters, letters before everything else. */
const weight = (character: string | undefined): number => {
  if (character === '~') return -1;
  if (character === undefined) return 0;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
};

const compareText = (one: string, other: string): number => {
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
    const difference = weight(one[at]) - weight(other[at]);
    if (difference !== 0) return difference;
  }
  return 0;
};

const compareNumbers = (one: string, other: string): number => {
  const difference = BigInt(one || '0') - BigInt(other || '0');
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
};

/**
 * Compares two versions as dpkg does: runs of digits count as numbers, and `~` comes before the end
 * ([deb-version(7)](https://manpages.debian.org/deb-version.7)). Kernel versions such as `6.1.0-9-cloud-amd64` have no revision to split off.
 *
 * @returns below 0 if `one` is older, above 0 if it is newer.
 */
export const compareVersions = (one: string, other: string): number => {
  let left = split(one);
  let right = split(other);
  for (;;) {
    const difference = compareText(left.text, right.text) || compareNumbers(left.number, right.number);
    if (difference !== 0 || (left.rest === '' && right.rest === '')) return difference;
    left = split(left.rest);
    right = split(right.rest);
  }
};
