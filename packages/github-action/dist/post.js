// src/post.ts
import { cancellation, runPost } from "./run/action.js";
process.exitCode = await runPost({
  environment: process.env,
  write: (text) => process.stdout.write(text),
  signal: cancellation()
});
