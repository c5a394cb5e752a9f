/** The caller gets no answer: its connection is closed. The HTTP front really closes it. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed';
  readonly code = 'ECONNRESET';

  constructor() {
    super('the sandbox closed the connection without an answer');
  }
}
