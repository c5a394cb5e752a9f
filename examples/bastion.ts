/**
 * Reaches unpackers through an SSH bastion host: a connector of one's own.
 *
 *   BASTION=ops@bastion.example.com node examples/bastion.ts 'edge,*'
 *
 * Lists the unpackers of the selection. Node runs it as it is from 22.18 on; before that, compile or bundle it.
 */
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import {
  AmiPublisherError,
  AwsCloud,
  privateConnector,
  readClientTls,
  readDefaults,
  type UnpackerConnector,
  UnpackerFleet,
} from '@ami-publisher/core';

/** A port that was free a moment ago; ssh cannot say which one it takes. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** Resolves when something listens on the port. */
const untilListening = async (port: number, signal: AbortSignal): Promise<void> => {
  for (;;) {
    const isListening = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isListening) return;
    await setTimeout(100, undefined, { signal });
  }
};

const bastionConnector = (host: string): UnpackerConnector => ({
  name: 'bastion',
  open: async ({ instance, signal }) => {
    const port = await freePort();
    const forward = `127.0.0.1:${port}:${instance.PrivateIpAddress}:6974`;
    const ssh = spawn('ssh', ['-N', '-o', 'ExitOnForwardFailure=yes', '-L', forward, host], {
      stdio: 'ignore',
    });
    const lost = new AbortController();
    const end = () =>
      lost.abort(
        new AmiPublisherError('UNPACKER_UNREACHABLE', {
          message: `the SSH connection to ${instance.InstanceId} by way of ${host} has ended`,
          remedy: `check that \`ssh ${host}\` works`,
          retryable: true,
        }),
      );
    ssh.once('error', end);
    ssh.once('exit', end);
    try {
      await untilListening(port, AbortSignal.any([signal, lost.signal]));
    } catch (reason) {
      ssh.kill();
      throw lost.signal.aborted ? lost.signal.reason : reason;
    }
    return {
      address: `127.0.0.1:${port}`,
      name: `${instance.InstanceId} through ${host}`,
      isTunnel: true,
      remedy: `check that \`ssh ${host}\` works, and that it may forward to ${instance.PrivateIpAddress}:6974`,
      lost: lost.signal,
      close: () => ssh.kill(),
    };
  },
});

const [selection = ''] = process.argv.slice(2);
const { BASTION } = process.env;
const connector = BASTION === undefined ? privateConnector : bastionConnector(BASTION);

const tls = readClientTls({
  directory: readDefaults().certificateDirectory,
  roles: ['reader', 'publisher', 'operator'],
  now: Date.now(),
});
const cloud = await AwsCloud.fromConfig();
const fleet = new UnpackerFleet({ cloud, tls, connectorOf: () => connector });
try {
  const { targets } = await cloud.resolveTargets(selection);
  for (const answer of await fleet.list(targets)) {
    const { account, region } = answer.target;
    if ('error' in answer) console.error(answer.error.message);
    else
      for (const { instanceId, state, error } of answer.value)
        console.log(account, region, instanceId, error?.message ?? state);
  }
} finally {
  await fleet.close();
  cloud.close();
}
