import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished } from 'vitest';

const greeting = 'HTTP/1.0 200 Connected to Go SRPC\n\n';

/** What a client that goes without TLS begins with. */
export const plainHead = 'CONNECT /_SRPC_/unsecured/JSON HTTP/1.0\n\n';

/** A bare connection: what it is told is collected. */
export const talkTo = (address: string) => {
  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  onTestFinished(() => void socket.destroy());
  return listening(socket);
};

const listening = (socket: Socket) => {
  let heard = '';
  let hasEnded = false;
  socket.on('error', () => {});
  socket.on('close', () => {
    hasEnded = true;
  });
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard += text;
  });
  const until = async (isReached: () => boolean): Promise<string> => {
    for (let waited = 0; !isReached() && waited < 2_000; waited += 5)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const said = heard;
    heard = '';
    return said;
  };
  return {
    socket,
    hears: (text: string) => until(() => heard.endsWith(text)),
    /** What it is told up to so many line feeds. */
    hearsLines: (count: number) => until(() => heard.split('\n').length > count),
    ends: () => until(() => hasEnded),
  };
};

/** A connection whose greeting is over. */
export const greeted = async (address: string) => {
  const peer = talkTo(address);
  peer.socket.write(plainHead);
  expect(await peer.hears(greeting)).toBe(greeting);
  return peer;
};

/** A connection whose greeting and TLS handshake are over. @param query of the path that is connected to, with its question mark */
export const greetedOverTls = async (
  address: string,
  identity: { readonly cert: Buffer; readonly key: Buffer; readonly ca: Buffer },
  query = '',
) => {
  const { socket, hears } = talkTo(address);
  socket.write(`CONNECT /_SRPC_/TLS/JSON${query} HTTP/1.0\n\n`);
  expect(await hears(greeting)).toBe(greeting);
  socket.removeAllListeners('data').setEncoding();
  const { ca, cert, key } = identity;
  return listening(connectTls({ socket, ca, cert, key, checkServerIdentity: () => undefined }));
};
