/** Name of the daemon's program. */
export const program = 'imageserver';
