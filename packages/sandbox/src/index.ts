export type {
  AuditFinding,
  AuditOptions,
  AuditReport,
  DuplicateFinding,
  MislabelFinding,
} from './audit/audit.js';
export type { SandboxCloud, SandboxCloudOptions } from './cloud/sandbox-cloud.js';
export { startSandboxCloud } from './cloud/sandbox-cloud.js';
export { unpackerProcess } from './cloud/unpacker-process.js';
export type { CallLog, CallSite, RecordedCall } from './faults/call-log.js';
export { ConnectionClosed } from './faults/connection-closed.js';
export type { Fault, FaultKind, FaultRecord, FaultRule, FaultScope } from './faults/fault-rule.js';
export type { Faults } from './faults/faults.js';
export type { HeldCall, HoldPoint } from './faults/holds.js';
export type { AllowedAction, Iam, Policies, PolicyAction } from './iam/iam.js';
export type { PolicyDocument } from './iam/policy.js';
export type {
  InstanceMachine,
  InstanceProgram,
  ProgramExit,
  RunningProgram,
} from './instances/instance-program.js';
export type { CredentialState } from './model/account.js';
export type { ImageOptions } from './model/add-image.js';
export { ApiError } from './model/api-error.js';
export { CloudModel } from './model/cloud-model.js';
export type { CloudBehaviour, CloudModelOptions, InstanceOptions } from './model/cloud-options.js';
export type { Duration } from './model/duration.js';
export type { Inventory } from './model/inventory.js';
export type { DrawnTime, Latency } from './model/latency.js';
export { readLatencyFile } from './model/latency.js';
export type { Random } from './model/random.js';
export { seededRandom } from './model/random.js';
export type {
  AutoScalingGroupOptions,
  LaunchConfigurationOptions,
  LaunchTemplateContent,
  LaunchTemplateOptions,
  ParameterOptions,
  RecipeOptions,
  References,
} from './model/references.js';
export type { SnapshotProgress } from './model/snapshot-progress.js';
export type { StateRecords } from './model/state-records.js';
export type { ModelCloudOptions } from './model-front/model-cloud.js';
export { ModelCloud } from './model-front/model-cloud.js';
export type { ModelImage, ModelImageOptions, ModelImages } from './model-front/model-images.js';
export type { UnpackerFigures } from './model-unpacker/figures.js';
export { defaultUnpackerFigures } from './model-unpacker/figures.js';
export type { ModelUnpacker } from './model-unpacker/model-unpacker.js';
export type { Daemon, DaemonOptions } from './processes/daemon.js';
export { startDaemon } from './processes/daemon.js';
export type { BucketFigures, QuotaFigures, QuotaOptions } from './quotas/figures.js';
export { documentedQuotas } from './quotas/figures.js';
export type { Sandbox, SandboxAccount } from './sandbox.js';
export { startSandbox } from './sandbox.js';
export type { AccountOptions, SandboxOptions, VolumeKind } from './sandbox-options.js';
export type { Session, Sessions } from './ssm/sessions.js';
export type { Lag, VisibilityOptions } from './visibility/lag.js';
