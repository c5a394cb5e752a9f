#!/usr/bin/env node
/**
 * Stands in for AWS's session-manager-plugin: the same command line and the same lines on standard output, but a data channel of the
 * sandbox's own. AWS's is not imitated, so this proves nothing about it.
 *
 * STAND_IN_LOG   file that gets a JSON line with the arguments and the process id
 * STAND_IN_FAIL  what to end with instead of opening a port; the real one ends with exit code 0 then, too
 */
import { appendFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';

const [response = '', region, operation, profile, parameters = '{}', endpoint] = process.argv.slice(2);

/** Opens one connection of the data channel. */
const openChannel = (url, token, onOpen, onRefused) => {
  const opening = request(url, {
    headers: { connection: 'Upgrade', upgrade: 'ami-publisher-sandbox', 'x-session-token': token },
    agent: false,
  });
  opening.once('upgrade', (_answer, socket, head) => {
    if (head.length > 0) socket.unshift(head);
    socket.on('error', () => {});
    onOpen(socket);
  });
  opening.once('response', ({ statusCode }) => onRefused(`the data channel answered ${statusCode}`));
  opening.once('error', (error) => onRefused(error.message));
  opening.end();
};

const fail = (reason) => {
  console.log(`Cannot perform start session: ${reason}`);
  process.exit();
};

const serve = ({ SessionId, TokenValue, StreamUrl }) => {
  const channel = StreamUrl.replace(/^ws:/, 'http:').split('?')[0];
  console.log(`\nStarting session with SessionId: ${SessionId}`);
  const server = createServer((near) => {
    near.on('error', () => {});
    const refuse = () => {
      console.log('\nConnection to destination port failed, check SSM Agent logs.');
      near.destroy();
    };
    const join = (far) => {
      near.pipe(far).pipe(near);
      near.once('close', () => far.destroy());
      far.once('close', () => near.destroy());
    };
    openChannel(`${channel}/connection`, TokenValue, join, refuse);
  });
  const listen = (socket) => {
    socket.resume();
    socket.once('close', () => {
      console.log(`\n\nSessionId: ${SessionId} : Your session has been terminated.\n`);
      process.exit();
    });
    server.listen(0, process.env.SSM_PLUGIN_LOCAL_HOST || 'localhost', () => {
      console.log(`Port ${server.address().port} opened for sessionId ${SessionId}.`);
      console.log('Waiting for connections...');
    });
  };
  openChannel(channel, TokenValue, listen, fail);
};

if (response === '--version') console.log('1.2.707.0');
else {
  const { STAND_IN_LOG, STAND_IN_FAIL } = process.env;
  const given = { pid: process.pid, arguments: process.argv.slice(2), region, operation, profile, endpoint };
  if (STAND_IN_LOG)
    appendFileSync(STAND_IN_LOG, `${JSON.stringify({ ...given, target: JSON.parse(parameters).Target })}\n`);
  if (STAND_IN_FAIL) fail(STAND_IN_FAIL);
  serve(JSON.parse(response.startsWith('AWS_SSM_START_SESSION_RESPONSE') ? process.env[response] : response));
}
