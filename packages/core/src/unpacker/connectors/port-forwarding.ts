import { AmiPublisherError, type Clock, type Logger } from '@ami-publisher/base';
import type { SsmApi } from '../../cloud/ssm-api.js';
import { formatTarget, type Target } from '../../target/target.js';
import { unpackerPort } from './connector.js';
import { type PluginSession, type RunningPlugin, startPlugin } from './session-manager-plugin.js';

/** AWS's own document; the agent connects to the port on the instance's loopback address. */
const documentName = 'AWS-StartPortForwardingSession';
const openTimeoutMs = 30_000;
const stopTimeoutMs = 5_000;
/** A broken connection is seen before the end of the process that broke it. */
const endNoticedMs = 500;

export interface PortForwardingOptions {
  readonly ssm: SsmApi;
  readonly target: Target;
  readonly instanceId: string;
  /** Name or path of the plugin. */
  readonly plugin: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** A port of this machine that leads to the unpacker's port of an instance. */
export interface PortForwarding {
  readonly address: string;
  /** Aborts when the session has ended. */
  readonly lost: AbortSignal;
  fault(): Promise<AmiPublisherError | undefined>;
  /** Ends session and plugin; never throws. */
  end(): Promise<void>;
}

/**
 * Starts a session of Session Manager and the plugin that keeps it.
 *
 * @throws `UNPACKER_UNREACHABLE`, `ACCESS_DENIED` and what else AWS says.
 */
export const startPortForwarding = async (options: PortForwardingOptions): Promise<PortForwarding> => {
  const { ssm, target, instanceId, plugin: command, signal } = options;
  const response = await startSession(options);
  let plugin: RunningPlugin | undefined;
  const end = () => endSession(options, response.SessionId, plugin);
  try {
    signal.throwIfAborted();
    const endpoint = ssm.endpoint();
    const { profile } = ssm;
    plugin = startPlugin(command, { response, region: target.region, profile, instanceId, endpoint });
    return { ...(await forwarding(options, plugin)), end };
  } catch (reason) {
    await end();
    throw reason;
  }
};

const forwarding = async (
  options: PortForwardingOptions,
  plugin: RunningPlugin,
): Promise<Omit<PortForwarding, 'end'>> => {
  const port = await opened(plugin, options);
  const lost = new AbortController();
  const lose = () => lost.abort(sessionLost(options, plugin));
  if (plugin.ended.aborted) lose();
  else plugin.ended.addEventListener('abort', lose, { once: true });
  return {
    address: `127.0.0.1:${port}`,
    lost: lost.signal,
    fault: () => faultOf(options, plugin, lost.signal),
  };
};

/** Not aborted: a session whose answer nobody heard could not be ended. */
const startSession = async ({
  ssm,
  target,
  instanceId,
}: PortForwardingOptions): Promise<PluginSession['response']> => {
  const { SessionId, StreamUrl, TokenValue } = await ssm.startSession({
    Target: instanceId,
    DocumentName: documentName,
    // Port 0: the plugin takes one that is free and says which.
    Parameters: { portNumber: [String(unpackerPort)], localPortNumber: ['0'] },
    Reason: 'ami-publisher',
  });
  if (SessionId !== undefined && StreamUrl !== undefined && TokenValue !== undefined) {
    return { SessionId, StreamUrl, TokenValue };
  }
  throw new AmiPublisherError('AWS_UNEXPECTED_ANSWER', {
    message: `ssm:StartSession answered without a complete session for ${instanceId}`,
    target: formatTarget(target),
    call: 'ssm:StartSession',
    resource: instanceId,
  });
};

const opened = async (plugin: RunningPlugin, options: PortForwardingOptions): Promise<number> => {
  const finished = new AbortController();
  const { clock, signal } = options;
  const late = clock
    .sleep(openTimeoutMs, AbortSignal.any([finished.signal, signal]))
    .then(() =>
      Promise.reject(notOpened(options, `opened no port within ${openTimeoutMs / 1000} s`, plugin)),
    );
  const port = plugin.port.catch(() =>
    Promise.reject(notOpened(options, 'ended before it opened a port', plugin)),
  );
  // Whichever loses the race is not waited for.
  for (const one of [late, port]) one.catch(() => {});
  return Promise.race([port, late]).finally(() => finished.abort());
};

const endSession = async (
  { ssm, clock, logger, target, instanceId }: PortForwardingOptions,
  sessionId: string,
  plugin: RunningPlugin | undefined,
): Promise<void> => {
  await ssm.terminateSession(sessionId).catch((error: unknown) =>
    logger.warn(
      'a session of Session Manager was not ended; it ends by itself when it has been idle for a while',
      {
        target: formatTarget(target),
        instance: instanceId,
        session: sessionId,
        error,
      },
    ),
  );
  if (plugin === undefined || plugin.ended.aborted) return;
  plugin.stop();
  // It is over when the plugin is; the sleep ends by the abort of the same signal.
  await clock.sleep(stopTimeoutMs, plugin.ended).then(
    () => plugin.kill(),
    () => {},
  );
};

const faultOf = async (
  options: PortForwardingOptions,
  plugin: RunningPlugin,
  lost: AbortSignal,
): Promise<AmiPublisherError | undefined> => {
  await options.clock.sleep(endNoticedMs, lost).catch(() => {});
  if (lost.aborted) return lost.reason as AmiPublisherError;
  if (!/Connection to destination port failed/.test(plugin.lastWords())) return undefined;
  return unreachable(
    options,
    `the SSM agent of ${options.instanceId} cannot connect to port ${unpackerPort} there (session-manager-plugin: ${plugin.lastWords()})`,
    `check that image-unpacker runs there and listens on its loopback address, as with --listen 0.0.0.0:${unpackerPort}`,
  );
};

const sessionLost = (options: PortForwardingOptions, plugin: RunningPlugin): AmiPublisherError =>
  unreachable(
    options,
    `the Session Manager session to ${options.instanceId} has ended (session-manager-plugin: ${plugin.lastWords()})`,
    'check the network of this machine, and that no session limit of the account is shorter than a publication (Session Manager preferences: idle time, maximum duration)',
  );

const notOpened = (options: PortForwardingOptions, what: string, plugin: RunningPlugin): AmiPublisherError =>
  unreachable(
    options,
    `session-manager-plugin ${what} for ${options.instanceId}: ${plugin.lastWords() || 'it said nothing'}`,
    'check that this machine can reach the endpoint ssmmessages of the region, and that the SSM agent of the instance is up to date',
  );

const unreachable = (
  { target, instanceId }: PortForwardingOptions,
  message: string,
  remedy: string,
): AmiPublisherError =>
  new AmiPublisherError('UNPACKER_UNREACHABLE', {
    message,
    target: formatTarget(target),
    resource: instanceId,
    retryable: true,
    remedy,
  });
