interface Told {
  readonly message?: string;
  readonly error?: string;
}

/** What failed, as the reference tells it: `account: region: cause`. Works for the results of every command. */
export const failuresOf = (results: unknown): string[] => {
  const rows = Array.isArray(results) ? results : (results as { readonly targets?: unknown })?.targets;
  return (
    (rows ?? []) as readonly (Told & { readonly account: string; readonly region: string } & {
      readonly changes?: readonly Told[];
    })[]
  ).flatMap(({ account, region, message, error, changes = [] }) =>
    [message ?? error, ...changes.map((change) => change.message)].flatMap((cause) =>
      cause === undefined ? [] : [`${account}: ${region}: ${cause}`],
    ),
  );
};
