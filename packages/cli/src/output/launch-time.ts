/** An RFC 3339 time as the Go tool writes when an instance was launched: `05 Mar 2024 11:22:33 UTC`. */
export const formatLaunchTime = (time: string): string => {
  const [, day, month, year, clock] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(new Date(time).toUTCString()) ?? [];
  return `${day} ${month} ${year} ${clock} UTC`;
};
