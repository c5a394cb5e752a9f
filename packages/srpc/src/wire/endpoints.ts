/** Where CONNECT asks for the JSON coder: within TLS, or in plain text. */
export const jsonPaths = { tls: '/_SRPC_/TLS/JSON', plain: '/_SRPC_/unsecured/JSON' } as const;

/** How a server agrees, whatever was asked. */
export const connected = '200 Connected to Go SRPC';

/** The most bytes of the lines before the connection is a connection. */
export const maxHeadBytes = 8 * 1024;
