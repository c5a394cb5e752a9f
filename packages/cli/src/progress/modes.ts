import isInCi from 'is-in-ci';
import type { LiveStream } from './live-block.js';

type Options = Readonly<Record<string, unknown>>;

/** Whether only results are wanted. */
export const isQuiet = (options: Options): boolean => options.quiet === true || options.progress === false;

/** Whether progress is redrawn in place: on a terminal, unless the lines of `--debug` would run through it. */
export const isRedrawn = (options: Options, stream: LiveStream): boolean =>
  stream.isTTY === true && !isInCi && options.debug !== true;
