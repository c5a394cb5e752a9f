import pc from 'picocolors';

export type Colours = ReturnType<typeof pc.createColors>;

/** What decides about colour: the stream that is written to. */
export interface ColourTarget {
  readonly isTTY?: boolean | undefined;
}

/**
 * Colours for one stream: on a terminal that has them, unless `NO_COLOR` is set (https://no-color.org); `FORCE_COLOR` has them everywhere.
 */
export const coloursFor = (stream: ColourTarget, environment: NodeJS.ProcessEnv = process.env): Colours => {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  const isWanted = FORCE_COLOR ? FORCE_COLOR !== '0' : stream.isTTY === true && TERM !== 'dumb';
  return pc.createColors(isWanted && !NO_COLOR);
};
