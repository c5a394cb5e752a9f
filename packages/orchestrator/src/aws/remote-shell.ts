import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import { formatTarget, type Target } from '@ami-publisher/core';
import type { AwsClients } from './aws-clients.js';
import { called } from './aws-clients.js';
import { askUntil } from './retried.js';

/** How a script on an instance ended. */
export interface RemoteResult {
  readonly exitCode: number;
  readonly timedOut: boolean;
  /** Its beginning, as far as Systems Manager keeps it. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface RemoteShellOptions {
  readonly clients: AwsClients;
  readonly clock: Clock;
  readonly target: Target;
  readonly instanceId: string;
  readonly signal: AbortSignal;
}

const everyMs = 2_000;
const agentTimeoutMs = 15 * 60_000;
/** Beyond the time of the script itself, for the way to the instance and back. */
const deliveryMs = 10 * 60_000;
const runs = new Set(['Pending', 'InProgress', 'Delayed', 'Cancelling']);

/** A POSIX shell on an instance, through Systems Manager: nothing has to be open, and nobody needs a key. */
export class RemoteShell {
  readonly #options: RemoteShellOptions;

  constructor(options: RemoteShellOptions) {
    this.#options = options;
  }

  /** Waits until the agent on the instance answers. @throws `TIMED_OUT` naming what may be missing. */
  async ready(): Promise<void> {
    const { instanceId } = this.#options;
    const { sdk, client } = await this.#ssm();
    const Filters = [{ Key: 'InstanceIds', Values: [instanceId] }];
    await this.#until(agentTimeoutMs, 'was not seen by Systems Manager', async () => {
      const answer = await this.#call('DescribeInstanceInformation', (how) =>
        client.send(new sdk.DescribeInstanceInformationCommand({ Filters }), how),
      );
      return answer.InstanceInformationList?.some(({ PingStatus }) => PingStatus === 'Online') || undefined;
    });
  }

  /**
   * Runs a script to its end, whatever its exit code.
   *
   * @throws `TIMED_OUT` if Systems Manager never says how it ended, `RESOURCE_FAILED` if it never reached the instance.
   */
  async run(script: string, timeoutSeconds: number): Promise<RemoteResult> {
    const { instanceId } = this.#options;
    const { sdk, client } = await this.#ssm();
    const request = {
      DocumentName: 'AWS-RunShellScript',
      InstanceIds: [instanceId],
      Parameters: { commands: [script], executionTimeout: [String(timeoutSeconds)] },
    };
    const { Command } = await this.#call('SendCommand', (how) =>
      client.send(new sdk.SendCommandCommand(request), how),
    );
    const ask = { CommandId: Command?.CommandId ?? '', InstanceId: instanceId };
    const answer = await this.#until(
      timeoutSeconds * 1_000 + deliveryMs,
      'has not said how a command ended',
      async () => {
        const invocation = await this.#invocation(() =>
          this.#call('GetCommandInvocation', (how) =>
            client.send(new sdk.GetCommandInvocationCommand(ask), how),
          ),
        );
        return runs.has(invocation?.Status ?? 'Pending') ? undefined : invocation;
      },
    );
    const {
      StatusDetails = '',
      ResponseCode = -1,
      StandardOutputContent = '',
      StandardErrorContent = '',
    } = answer;
    if (undelivered.has(StatusDetails)) throw notDelivered(this.#options, StatusDetails);
    return {
      exitCode: ResponseCode,
      timedOut: StatusDetails === 'Execution Timed Out',
      stdout: StandardOutputContent,
      stderr: StandardErrorContent,
    };
  }

  /** Right after the command was sent its invocation may not be there yet. */
  async #invocation<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (reason) {
      if ((reason as { cause?: { name?: string } }).cause?.name === 'InvocationDoesNotExist')
        return undefined;
      throw reason;
    }
  }

  #ssm() {
    return this.#options.clients.ssm(this.#options.target);
  }

  #call<T>(action: string, send: (how: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    const { target, instanceId, signal } = this.#options;
    return called(`ssm:${action}`, target, send({ abortSignal: signal }), instanceId);
  }

  #until<T>(timeoutMs: number, what: string, ask: () => Promise<T | undefined>): Promise<T> {
    const { clock, signal, target, instanceId } = this.#options;
    const tooLong = () =>
      new AmiPublisherError('TIMED_OUT', {
        message: `instance ${instanceId} in ${formatTarget(target)} ${what} within ${timeoutMs / 60_000} minutes`,
        resource: instanceId,
        remedy:
          'see that the AMI has the agent, the instance a profile for it, and its subnet a way to Systems Manager',
      });
    return askUntil({ clock, signal, everyMs, timeoutMs, tooLong }, ask);
  }
}

const undelivered = new Set([
  'Delivery Timed Out',
  'Undeliverable',
  'Terminated',
  'Cancelled',
  'Access Denied',
]);

const notDelivered = ({ instanceId, target }: RemoteShellOptions, details: string): AmiPublisherError =>
  new AmiPublisherError('RESOURCE_FAILED', {
    message: `a command did not reach instance ${instanceId} in ${formatTarget(target)}: ${details}`,
    resource: instanceId,
  });

/** A word of a shell script that stands for itself. */
export const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
