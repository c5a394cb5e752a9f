import { formatDuration } from '@ami-publisher/base';
import { coloursFor } from '../output/colours.js';
import { LiveBlock, type LiveStream, shorten, spinnerOf } from './live-block.js';
import { isQuiet, isRedrawn } from './modes.js';

/** Says what goes on, for work that is no publication. */
export interface StatusLine {
  show(text: string): void;
  end(): void;
}

type Options = Readonly<Record<string, unknown>>;

const firstLineMs = 2_000;
const nextLineMs = 10_000;

/**
 * On a terminal one line with a wheel and the time, gone at the end; elsewhere a line after two seconds and then every ten, so that quick
 * work says nothing; if quiet nothing at all.
 */
export const createStatusLine = (options: Options, stream: LiveStream = process.stderr): StatusLine => {
  if (isQuiet(options)) return { show: () => {}, end: () => {} };
  return isRedrawn(options, stream) ? redrawn(stream) : written(stream);
};

/** Shows `text`, or what `work` shows instead, for as long as `work` goes on. */
export const withStatus = async <T>(
  options: Options,
  text: string,
  work: (line: StatusLine) => Promise<T>,
): Promise<T> => {
  const line = createStatusLine(options);
  line.show(text);
  try {
    return await work(line);
  } finally {
    line.end();
  }
};

const redrawn = (stream: LiveStream): StatusLine => {
  const { cyan, dim } = coloursFor(stream);
  const since = Date.now();
  let text = '';
  const block = new LiveBlock(stream, (frame) => {
    const time = formatDuration(Math.floor((Date.now() - since) / 100) * 100);
    // Two characters for the wheel, two before the time.
    return [`${cyan(spinnerOf(frame))} ${shorten(text, frame.width - time.length - 4)}  ${dim(time)}`];
  });
  return {
    show: (next) => {
      text = next;
    },
    end: () => block.end({ keep: false }),
  };
};

const written = (stream: LiveStream): StatusLine => {
  const since = Date.now();
  let text = '';
  let timer = setTimeout(write, firstLineMs).unref();
  function write(): void {
    stream.write(`${text} (${formatDuration(Date.now() - since)})\n`);
    timer = setTimeout(write, nextLineMs).unref();
  }
  return {
    show: (next) => {
      text = next;
    },
    end: () => clearTimeout(timer),
  };
};
