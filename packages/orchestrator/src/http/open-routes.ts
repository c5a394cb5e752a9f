/** A route that wants no key and says nothing about lifecycles. */
export interface OpenRoute {
  readonly path: string;
  readonly name: 'health' | 'ready' | 'version' | 'openApi';
  readonly summary: string;
  /** Descriptions by status. */
  readonly statuses: Readonly<Record<number, string>>;
}

/** What load balancers and generators of clients ask for. */
export const openRoutes: readonly OpenRoute[] = [
  { path: '/healthz', name: 'health', summary: 'Whether the process lives', statuses: { 200: 'It does.' } },
  {
    path: '/readyz',
    name: 'ready',
    summary: 'Whether requests can be answered',
    statuses: { 200: 'They can.', 503: 'The database does not answer.' },
  },
  { path: '/version', name: 'version', summary: 'Version of the server', statuses: { 200: 'The version.' } },
  { path: '/openapi.json', name: 'openApi', summary: 'This document', statuses: { 200: 'The document.' } },
];
