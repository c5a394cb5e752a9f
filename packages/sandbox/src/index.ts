export type { SandboxCloud, SandboxCloudOptions } from './cloud/sandbox-cloud.js';
export { startSandboxCloud } from './cloud/sandbox-cloud.js';
export { unpackerProcess } from './cloud/unpacker-process.js';
export type {
  InstanceMachine,
  InstanceProgram,
  ProgramExit,
  RunningProgram,
} from './instances/instance-program.js';
export type { CredentialState } from './model/account.js';
export { ApiError } from './model/api-error.js';
export type { CloudModelOptions, InstanceOptions } from './model/cloud-model.js';
export { CloudModel } from './model/cloud-model.js';
export type { Inventory } from './model/inventory.js';
export type { Latency } from './model/latency.js';
export type { Sandbox, SandboxAccount } from './sandbox.js';
export { startSandbox } from './sandbox.js';
export type { AccountOptions, SandboxOptions } from './sandbox-options.js';
