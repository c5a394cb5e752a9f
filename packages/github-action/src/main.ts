import { cancellation, runMain } from './run/action.js';

process.exitCode = await runMain({
  environment: process.env,
  write: (text) => process.stdout.write(text),
  signal: cancellation(),
});
