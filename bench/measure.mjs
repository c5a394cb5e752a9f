import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs a program to its end and gives what it printed. */
export const run = async (file, args, options = {}) => {
  const { stdout } = await promisify(execFile)(file, args, { maxBuffer: 64 * 1024 * 1024, ...options });
  return stdout;
};

/** Milliseconds that `action` takes. */
export const timed = async (action) => {
  const startedAt = performance.now();
  await action();
  return performance.now() - startedAt;
};

/** The middle one of an odd number of measurements, with the extremes. */
export const summarise = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], least: sorted[0], most: sorted.at(-1) };
};

/** A Markdown table. The first column is text, the others are figures. */
export const table = (head, rows) =>
  [
    `| ${head.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(head.length - 1)}`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');

/** A summary as `median (least-most)`, milliseconds. */
export const milliseconds = ({ median, least, most }) =>
  `${median.toFixed(0)} ms (${least.toFixed(0)}-${most.toFixed(0)})`;
