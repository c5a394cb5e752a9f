import { AmiPublisherError } from '@ami-publisher/base';
import { privateAddress, type UnpackerConnector } from './connector.js';
import { ConnectRefused, httpConnect } from './http-connect.js';
import { type CredentialsSource, describeCredentials, readCredentials } from './proxy-credentials.js';
import { openTunnel } from './tunnel.js';

export interface ProxyConnectorOptions {
  /** `http://host:port`, without user and password. */
  readonly proxy: string;
  /** Where `user:password` for the proxy is. @default none is sent */
  readonly credentials?: CredentialsSource | undefined;
  /** How long the proxy may take to connect, ms. @default 8,000, less than the 10 s that an unpacker has to answer */
  readonly timeoutMs?: number | undefined;
}

interface Route {
  readonly proxy: string;
  readonly to: string;
  readonly instanceId: string;
  readonly credentials: CredentialsSource | undefined;
}

const defaultTimeoutMs = 8_000;

/**
 * The private address of the instance through an HTTP proxy, by CONNECT. The proxy sees nothing but bytes: TLS is between this process and
 * the unpacker. No environment variable is read or obeyed but the one with the credentials, where one is named.
 */
export const proxyConnector = (options: ProxyConnectorOptions): UnpackerConnector => ({
  name: 'proxy',
  open: async ({ instance }) => {
    const { hostname, port } = new URL(options.proxy);
    const { credentials } = options;
    // A proxy without a port of its own would be the port of HTTP.
    const proxy = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) };
    const to = privateAddress({ instance, connector: 'proxy' });
    const route: Route = { proxy: options.proxy, to, instanceId: instance.InstanceId ?? '', credentials };
    // What cannot be read now is told now; it is read again for each connection, since it may be renewed meanwhile.
    await readCredentials(credentials);
    const tunnel = await openTunnel({
      dial: async (signal) =>
        httpConnect({
          proxy,
          to,
          signal,
          credentials: await readCredentials(credentials),
          timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
        }).catch((reason: Error) => {
          throw reason instanceof ConnectRefused ? refused(reason, route) : unreachable(reason, route);
        }),
      brokenOff: () => brokenOff(route),
    });
    return {
      address: tunnel.address,
      name: `${to} through the proxy ${options.proxy}`,
      isTunnel: true,
      remedy: 'check that image-unpacker runs there, and that its security group lets the proxy in',
      fault: () => tunnel.fault(),
      close: () => tunnel.close(),
    };
  },
});

/** Answers that another attempt would get as well. RFC 9110, 15.5. */
const refusals: readonly number[] = [400, 401, 403, 404, 405, 407];

const refused = (answer: ConnectRefused, route: Route): AmiPublisherError => {
  const isFinal = refusals.includes(answer.status);
  return new AmiPublisherError(isFinal ? 'PROXY_REFUSED' : 'UNPACKER_UNREACHABLE', {
    message: `the proxy ${route.proxy} answered ${answer.message} to CONNECT ${route.to} (${route.instanceId})`,
    resource: route.instanceId,
    retryable: !isFinal,
    remedy: remedyOf(answer.status, route),
    cause: answer,
  });
};

const remedyOf = (status: number, { credentials, to }: Route): string => {
  if (status === 407 && credentials === undefined) {
    return 'give the connector `credentials: { environment: NAME }` or `credentials: { file: PATH }` with user:password';
  }
  if (status === 407) return `check the user and password in ${describeCredentials(credentials)}`;
  if (refusals.includes(status)) return `have the proxy allow CONNECT to ${to}`;
  return 'check that the instance runs image-unpacker, and that its security group lets the proxy in';
};

const unreachable = (cause: Error, { proxy, instanceId }: Route): AmiPublisherError =>
  new AmiPublisherError('UNPACKER_UNREACHABLE', {
    message: `the proxy ${proxy}, which leads to ${instanceId}, cannot be reached: ${cause.message}`,
    resource: instanceId,
    retryable: true,
    remedy: 'check that it runs, and that this machine may connect to it',
    cause,
  });

const brokenOff = ({ proxy, to, instanceId }: Route): AmiPublisherError =>
  new AmiPublisherError('UNPACKER_UNREACHABLE', {
    message: `the connection to ${to} (${instanceId}) through the proxy ${proxy} was closed from the other side`,
    resource: instanceId,
    retryable: true,
    remedy:
      'check that the proxy still runs and does not cut long connections, and that the unpacker still runs',
  });
