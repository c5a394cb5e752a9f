interface Row {
  readonly account: string;
  readonly region: string;
  readonly message?: string;
  readonly error?: string;
  readonly changes?: readonly { readonly message?: string }[];
}

interface Results {
  readonly targets?: readonly Row[];
  readonly failures?: readonly Row[];
}

/** What failed, as the reference tells it: `account: region: cause`. Works for the results of every command: rows, targets, or a report. */
export const failuresOf = (results: unknown): string[] => {
  const { targets = [], failures = [] } = (
    Array.isArray(results) ? { targets: results } : (results ?? {})
  ) as Results;
  return [...targets, ...failures].flatMap(({ account, region, message, error, changes = [] }) =>
    [message ?? error, ...changes.map((change) => change.message)].flatMap((cause) =>
      cause === undefined ? [] : [`${account}: ${region}: ${cause}`],
    ),
  );
};
