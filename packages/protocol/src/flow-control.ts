/** Bytes that a side may send, on a connection and in a call, before the other one has taken what came; HTTP/2's default is 64 KiB. */
export const flowControlWindow = 4 * 1024 * 1024;
