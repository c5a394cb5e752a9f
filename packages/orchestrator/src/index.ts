export { openApiDocument } from './http/openapi.js';
export type { Executor, Executors, Work } from './jobs/executor.js';
export type { NewKey } from './keys/key-store.js';
export { KeyStore } from './keys/key-store.js';
export type { Role } from './keys/keys.js';
export { roles } from './keys/keys.js';
export type { Verdict } from './lifecycles/finish-attempt.js';
export type {
  AmiDetails,
  Attempt,
  AttemptResult,
  AttemptStatus,
  Channel,
  Lifecycle,
  LifecycleState,
  Patch,
  Properties,
  RequestedEvent,
} from './lifecycles/state.js';
export type { Orchestrator, OrchestratorOptions } from './start-orchestrator.js';
export { startOrchestrator } from './start-orchestrator.js';
export type { Database, DatabaseChoice } from './store/database.js';
export { openDatabase } from './store/database.js';
export { migrate } from './store/migrate.js';
