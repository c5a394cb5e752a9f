/** Name of the daemon's program. */
export const program = 'image-unpacker';
