import { untilAborted } from '@ami-publisher/base';
import type { Cloud } from '../../cloud/cloud.js';
import { targetKey } from '../../target/target.js';
import type { ConnectRequest, UnpackerConnection, UnpackerConnector } from './connector.js';
import { type PortForwarding, startPortForwarding } from './port-forwarding.js';
import { checkPlugin, pluginCommand } from './session-manager-plugin.js';

export interface SsmConnectorOptions {
  readonly cloud: Pick<Cloud, 'ssm' | 'clock' | 'logger'>;
  /** Path of the Session Manager plugin. @default `session-manager-plugin`, on the path */
  readonly plugin?: string | undefined;
}

/** A session and how many connections use it. */
interface SharedSession {
  readonly opening: Promise<PortForwarding>;
  readonly abandoned: AbortController;
  users: number;
  hasEnded: boolean;
}

/**
 * Port forwarding through AWS Systems Manager: no address, no inbound rule of a security group. One session per instance serves all
 * connections to it, and ends with the last.
 */
export class SsmConnector implements UnpackerConnector {
  readonly name = 'ssm';
  readonly isCostly = true;
  readonly #options: SsmConnectorOptions;
  readonly #plugin: string;
  readonly #sessions = new Map<string, SharedSession>();
  readonly #ending = new Set<Promise<void>>();
  #checked: Promise<void> | undefined;

  constructor(options: SsmConnectorOptions) {
    this.#options = options;
    this.#plugin = options.plugin ?? pluginCommand;
  }

  async open(request: ConnectRequest): Promise<UnpackerConnection> {
    const { signal, instance } = request;
    const key = `${targetKey(request.target)}/${instance.InstanceId}`;
    const session = this.#sessions.get(key) ?? this.#begin(key, request);
    session.users += 1;
    let isOpen = true;
    const close = () => {
      if (isOpen) this.#release(key, session);
      isOpen = false;
    };
    try {
      const { address, lost, fault } = await untilAborted(session.opening, signal);
      return {
        address,
        lost,
        fault,
        close,
        isTunnel: true,
        name: `${instance.InstanceId} through Session Manager`,
        remedy: 'check that image-unpacker runs there and listens on its loopback address as well',
      };
    } catch (reason) {
      close();
      throw reason;
    }
  }

  async close(): Promise<void> {
    for (const [key, session] of this.#sessions) this.#end(key, session);
    await Promise.all(this.#ending);
  }

  #begin(key: string, request: ConnectRequest): SharedSession {
    const abandoned = new AbortController();
    const opening = this.#start(request, abandoned.signal);
    const session: SharedSession = { opening, abandoned, users: 0, hasEnded: false };
    this.#sessions.set(key, session);
    opening.then(
      ({ lost }) => lost.addEventListener('abort', () => this.#forget(key, session), { once: true }),
      () => this.#forget(key, session),
    );
    return session;
  }

  async #start({ target, instance }: ConnectRequest, signal: AbortSignal): Promise<PortForwarding> {
    const { cloud } = this.#options;
    this.#checked ??= checkPlugin(this.#plugin);
    await this.#checked;
    return startPortForwarding({
      ssm: await cloud.ssm(target),
      target,
      instanceId: instance.InstanceId ?? '',
      plugin: this.#plugin,
      clock: cloud.clock,
      logger: cloud.logger,
      signal,
    });
  }

  #release(key: string, session: SharedSession): void {
    session.users -= 1;
    if (session.users === 0) this.#end(key, session);
  }

  #end(key: string, session: SharedSession): void {
    if (session.hasEnded) return;
    session.hasEnded = true;
    this.#forget(key, session);
    session.abandoned.abort();
    const ending = session.opening
      .then(
        (forwarding) => forwarding.end(),
        // It never opened, and has cleaned up after itself.
        () => {},
      )
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #forget(key: string, session: SharedSession): void {
    if (this.#sessions.get(key) === session) this.#sessions.delete(key);
  }
}
