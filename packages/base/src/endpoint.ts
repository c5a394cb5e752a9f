/** Where a socket connects to, as `node:net` takes it. */
export type Endpoint = { readonly host: string; readonly port: number } | { readonly path: string };

const unixScheme = 'unix:';

/** The endpoint of `host:port`, `[ipv6]:port` or `unix:/path`. */
export const endpointOf = (address: string): Endpoint => {
  if (address.startsWith(unixScheme)) return { path: address.slice(unixScheme.length) };
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
};
