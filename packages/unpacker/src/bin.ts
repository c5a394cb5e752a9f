import { toAmiPublisherError } from '@ami-publisher/base';
import { unpackerCommand } from './command.js';

const untilStopped = ({ withStdin }: { readonly withStdin: boolean }): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    if (!withStdin) return;
    for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => resolve());
    process.stdin.resume();
  });

const writeLine = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

try {
  await unpackerCommand({ writeLine, untilStopped }).parseAsync();
  // Standard input, when it is followed, would keep the process alive.
  process.stdin.destroy();
} catch (error) {
  const { code, message } = toAmiPublisherError(error);
  process.stderr.write(`image-unpacker: ${message}\n`);
  process.exitCode = code === 'INVALID_OPTION' ? 2 : 1;
}
