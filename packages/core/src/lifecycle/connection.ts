import type { LifecycleOperation } from './routes.js';

/** How to reach a lifecycle server. */
export interface LifecycleConnection {
  /** Base URL, such as `https://orchestrator.example.org` or the original's `…/dev`. */
  readonly endpoint: string;
  /** The key, or a function that finds the one for an operation: the original has one for each. */
  readonly apiKey: string | ((operation: LifecycleOperation, signal: AbortSignal) => Promise<string>);
  /**
   * Sends keys as the original wants them: in the body of a write and in the URL of a read, where logs and proxies see them.
   *
   * @default false: in the header `x-api-key`
   */
  readonly legacy?: boolean;
}

/** The key for an operation. */
export const keyFor = async (
  { apiKey }: LifecycleConnection,
  operation: LifecycleOperation,
  signal: AbortSignal,
): Promise<string> => (typeof apiKey === 'string' ? apiKey : apiKey(operation, signal));
