import { CommanderError } from 'commander';
import { exitCodes } from './exit-codes.js';
import { createProgram } from './program.js';

// The AWS SDK would print its Node 20 notice on stderr in the middle of our progress.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// A reader that has seen enough (`| head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await createProgram().parseAsync();
} catch (reason) {
  if (reason instanceof CommanderError) {
    process.exitCode = reason.exitCode === 0 ? exitCodes.success : exitCodes.usage;
  } else {
    const { reportError } = await import('./report-error.js');
    process.exitCode = reportError(reason);
  }
}
