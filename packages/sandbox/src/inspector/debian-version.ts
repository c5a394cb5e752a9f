interface Version {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

const parse = (text: string): Version => {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/.exec(text) ?? [];
  const dash = rest.lastIndexOf('-');
  return {
    epoch: Number(epoch),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
};

/** `~` before the end, the end before letters, letters before everything else. */
const weight = (character: string | undefined): number => {
  if (character === '~') return -1;
  if (character === undefined) return 0;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
};

const compareTexts = (a: string, b: string): number => {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = weight(a[index]) - weight(b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
};

/** By turns what is no digit and what is. */
const comparePart = (a: string, b: string): number => {
  const parts = (text: string): string[] =>
    [...text.matchAll(/(\D*)(\d*)/g)].flatMap(([, word, number]) => [word!, number!]);
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 2) {
    const words = compareTexts(left[index] ?? '', right[index] ?? '');
    if (words !== 0) return words;
    const numbers = Number(left[index + 1] ?? 0) - Number(right[index + 1] ?? 0);
    if (numbers !== 0) return numbers;
  }
  return 0;
};

/** Below, at or above 0, as the first version is older than, as old as, or newer than the second (Debian policy, 5.6.12). */
export const compareDebianVersions = (a: string, b: string): number => {
  const [left, right] = [parse(a), parse(b)];
  return (
    left.epoch - right.epoch ||
    comparePart(left.upstream, right.upstream) ||
    comparePart(left.revision, right.revision)
  );
};
