import { type Clock, isAmiPublisherError, type Logger } from '@ami-publisher/base';

/** A warning or an error that was logged. */
export interface Problem {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly level: 'warn' | 'error';
  readonly message: string;
  /** What it was about, such as a stream, and why. */
  readonly details: string;
}

/** How many problems are remembered. */
const rememberedProblems = 20;
/** Fields of a line of the log that a reader of the pages may see. */
const shownFields = ['stream', 'device', 'id', 'call', 'method', 'caller', 'peer', 'image'];

/** A logger, and the problems that it was told of last. */
export interface ProblemLog {
  readonly logger: Logger;
  /** The latest first. */
  readonly problems: () => readonly Problem[];
}

/** Passes everything on to a logger, and keeps the latest warnings and errors for the status page. */
export const rememberProblems = (logger: Logger, clock: Clock): ProblemLog => {
  let problems: readonly Problem[] = [];
  const remember = (level: Problem['level']) => (message: string, fields?: object) => {
    logger[level](message, fields);
    const problem = {
      at: new Date(clock.now()).toISOString(),
      level,
      message,
      details: detailsOf(fields ?? {}),
    };
    problems = [problem, ...problems].slice(0, rememberedProblems);
  };
  return {
    logger: {
      debug: (message, fields) => logger.debug(message, fields),
      info: (message, fields) => logger.info(message, fields),
      warn: remember('warn'),
      error: remember('error'),
    },
    problems: () => problems,
  };
};

const detailsOf = (fields: object): string => {
  const { error, ...rest } = fields as Readonly<Record<string, unknown>>;
  const shown = shownFields.flatMap((name) =>
    rest[name] === undefined ? [] : [`${name} ${String(rest[name])}`],
  );
  return [...shown, ...reason(error)].join(', ');
};

const reason = (error: unknown): string[] => {
  if (error === undefined || error === null) return [];
  const { message, code } = error as { readonly message?: unknown; readonly code?: unknown };
  const named = isAmiPublisherError(error) || typeof code === 'string' ? `${String(code)}: ` : '';
  return [`${named}${String(message ?? error)}`];
};
