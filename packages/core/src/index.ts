export type { Clock, ErrorCode, Logger } from '@ami-publisher/base';
export {
  AmiPublisherError,
  errorCodes,
  errorSummaries,
  isAmiPublisherError,
  silentLogger,
  systemClock,
} from '@ami-publisher/base';
export type { ImageSource, ImageSummary } from '@ami-publisher/image';
export { GrpcImageSource } from '@ami-publisher/image';
export type { ClientTls, ImageServerClient, Role } from '@ami-publisher/protocol';
export { createImageServerClient, readClientTls } from '@ami-publisher/protocol';
export type { SrpcCredentialsOptions } from '@ami-publisher/srpc';
export { readSrpcCredentials } from '@ami-publisher/srpc';
export {
  type AmiSelection,
  Amis,
  amiCommands,
  type DeleteOptions,
  type ExclusiveTagOptions,
  type ShareOptions,
} from './amis/amis.js';
export type { ImageSearch, ListedImage, ListOptions } from './amis/list-images.js';
export type { TagSearch } from './amis/tag-search.js';
export { AmiUsage, usageCommands } from './amis/usage/ami-usage.js';
export type { ImageUsage } from './amis/usage/analyse.js';
export type { UnusedImagesRequest } from './amis/usage/delete-unused.js';
export type { UsingInstance } from './amis/usage/instances.js';
export type { UsageOptions } from './amis/usage/options.js';
export type { OwnImage } from './amis/usage/own-image.js';
export type { KeepKind, Reason, UseKind } from './amis/usage/reason.js';
export type { UsageFailure, UsageReport } from './amis/usage/report.js';
export type { BootstrapRequest, BootstrapWay } from './bootstrap/bootstrap-plan.js';
export type { CopierOptions, SourceAddress } from './bootstrap/instance-change.js';
export type {
  AutoScalingApi,
  AutoScalingGroup,
  AutoScalingPage,
  LaunchConfiguration,
  LaunchTemplateChoice,
} from './cloud/auto-scaling-api.js';
export type { AccountIdentity, AwsClientConfig, AwsCloudOptions } from './cloud/aws-cloud.js';
export { AwsCloud } from './cloud/aws-cloud.js';
export type { AwsCall } from './cloud/aws-error.js';
export { fromAwsError } from './cloud/aws-error.js';
export type {
  Cloud,
  ResolvedTargets,
  ResolveOptions,
  TargetFailure,
  TargetSettings,
} from './cloud/cloud.js';
export type { Ec2Transport } from './cloud/create-ec2-api.js';
export { createEc2Api } from './cloud/create-ec2-api.js';
export type { AskMfaCode } from './cloud/credentials.js';
export type { CallOptions, Ec2Action, Ec2Actions, Ec2Api } from './cloud/ec2-api.js';
export type {
  KmsAction,
  KmsApi,
  KmsGrant,
  KmsGrantsRequest,
  KmsGrantToMake,
  KmsKeyMetadata,
} from './cloud/kms-api.js';
export { createKmsApi } from './cloud/kms-api.js';
export type { OptionalClient } from './cloud/optional-client.js';
export { loadClient } from './cloud/optional-client.js';
export { Pacer } from './cloud/pacer.js';
export type { Look, PollPacing } from './cloud/poll-pacing.js';
export { Poller } from './cloud/poller.js';
export type {
  ParametersRequest,
  SessionAnswer,
  SessionRequest,
  SsmApi,
  SsmParameter,
} from './cloud/ssm-api.js';
export type { Tags } from './cloud/tags.js';
export { fromTagList, tagFilter, tagKeys, tagSpecification, toTagList } from './cloud/tags.js';
export type { Defaults } from './defaults.js';
export { readDefaults } from './defaults.js';
export type { DoctorOptions } from './doctor/doctor.js';
export { examine } from './doctor/doctor.js';
export type { DoctorCheck, Finding } from './doctor/finding.js';
export { doctorChecks } from './doctor/finding.js';
export { Instances, instanceCommands } from './instances/instances.js';
export type { KeyPairRequest } from './instances/key-pair.js';
export type { LaunchRequest } from './instances/launch.js';
export type { LaunchOptions } from './instances/launch-change.js';
export type { LaunchForImagesRequest } from './instances/launch-for-images.js';
export type { NamedInstances } from './instances/named-instances.js';
export type { NetworkRequest } from './instances/network.js';
export type { Readiness } from './instances/start.js';
export type { TerminateOptions } from './instances/terminate.js';
export type {
  EventInProgress,
  EventResult,
  ExportLink,
  LifecycleRecord,
  WriteAnswer,
} from './lifecycle/answers.js';
export {
  errorAnswerSchema,
  eventInProgressSchema,
  eventResultSchema,
  exportLinkSchema,
  lifecycleRecordSchema,
  writeAnswerSchema,
} from './lifecycle/answers.js';
export { checkRequest } from './lifecycle/check-request.js';
export { componentDocumentSchema } from './lifecycle/component-document.js';
export type { LifecycleServer, LifecycleServerOptions } from './lifecycle/connect.js';
export { connectLifecycleServer } from './lifecycle/connect.js';
export type { LifecycleConnection } from './lifecycle/connection.js';
export type { LifecycleDiscoveryOptions } from './lifecycle/discovery.js';
export { apiKeySecret, LifecycleDiscovery } from './lifecycle/discovery.js';
export type { EventState, EventStatus } from './lifecycle/event-states.js';
export { eventStates } from './lifecycle/event-states.js';
export type {
  BrokenStatus,
  CreationEvent,
  LifecycleEvent,
  LifecycleType,
  PatchEvent,
  ResultStatus,
} from './lifecycle/events.js';
export {
  approvingEvent,
  brokenStatuses,
  creationEvents,
  eventOfName,
  eventScores,
  eventsOf,
  eventTitles,
  lifecycleTypes,
  makingEvent,
  patchEvents,
  requestableEvents,
  resultStatuses,
  typeOfEvent,
} from './lifecycle/events.js';
export type {
  LifecycleCallOptions,
  LifecycleClientOptions,
  LifecycleFilter,
  LifecycleReadOptions,
  LifecycleWaitOptions,
} from './lifecycle/lifecycle-client.js';
export { LifecycleClient } from './lifecycle/lifecycle-client.js';
export type { EventOutcome } from './lifecycle/progress.js';
export type {
  ApproveRequest,
  CertifyRequest,
  CreatePatchRequest,
  CreateRequest,
  Notification,
  PatchBase,
  PatchProperties,
  UpdatePatchRequest,
  UpdateRequest,
} from './lifecycle/requests.js';
export {
  approvalStatuses,
  approveRequestSchema,
  certificationStatuses,
  certifyRequestSchema,
  createPatchRequestSchema,
  createRequestSchema,
  notificationSchema,
  parseNotification,
  patchBases,
  patchPropertiesSchema,
  semverBumpTypes,
  updatePatchRequestSchema,
  updateRequestSchema,
} from './lifecycle/requests.js';
export type { LifecycleOperation, LifecycleRoute, LifecycleRouteName } from './lifecycle/routes.js';
export { lifecycleOperations, lifecyclePath, lifecycleRoutes, ownRoutes } from './lifecycle/routes.js';
export type { SelectedAmi, SelectionCriteria, SelectionStage } from './lifecycle/selection.js';
export {
  eventOfStage,
  selectedAmiSchema,
  selectionCriteriaSchema,
  selectionStages,
} from './lifecycle/selection.js';
export { stackTagOf } from './lifecycle/stack-tag.js';
export type { LifecycleStep, RequestedSteps } from './lifecycle/steps.js';
export { enabledEvents, parseSteps, requestedEvents, stepsOfType } from './lifecycle/steps.js';
export type { EndedEvent, WaitForEventsOptions } from './lifecycle/wait-for-events.js';
export { describeOutcome, waitForEvents } from './lifecycle/wait-for-events.js';
export { formatWireDate, parseWireDate } from './lifecycle/wire-date.js';
export type { AnyCommand, Change, ChangeContext, Command, PlanContext } from './operations/command.js';
export type { ChangeOptions, OperationsOptions } from './operations/operations.js';
export { listOperations, Operations } from './operations/operations.js';
export type { OperationPlan, PlannedChanges } from './operations/plan.js';
export type { ChangeResult, OperationResults, OperationTargetResult } from './operations/results.js';
export type { PlanEstimate, TargetEstimate, VolumeAction } from './publish/estimate/estimate.js';
export type { DurationBasis } from './publish/estimate/history.js';
export type { RegionPrices } from './publish/estimate/prices.js';
export { ebsPrices } from './publish/estimate/prices.js';
export { PublicationJournals } from './publish/journals.js';
export type { Architecture, BootMode, PublishOptions, ResolvedPublishOptions } from './publish/options.js';
export type { WrittenPublishOptions } from './publish/parse-options.js';
export { parsePublishOptions } from './publish/parse-options.js';
export type { PlannedFailure, PlannedSkip, PlannedTarget, PublicationPlan } from './publish/plan.js';
export type { Publication, PublisherOptions, RollbackOptions } from './publish/publisher.js';
export { Publisher } from './publish/publisher.js';
export type { PublicationResults, ReferenceResult, TargetResult } from './publish/results.js';
export { toReferenceResults } from './publish/results.js';
export type { RollbackReport, TargetRollback } from './publish/rollback.js';
export type { PublicationStatus, TargetState, TargetStatus } from './publish/status.js';
export type {
  TaggedImage,
  TaggedOrigin,
  TaggedResources,
  TaggedSnapshot,
  TaggedVolume,
} from './publish/tagged/find.js';
export type { TaggedState, TaggedStatus, TaggedTargetStatus } from './publish/tagged/status.js';
export { statusByTags } from './publish/tagged/status.js';
export type { PublishedResource, ResultsFile } from './resources/results-file.js';
export { parseResultsFile } from './resources/results-file.js';
export type { ServiceSettings, Services } from './services/open-services.js';
export {
  clientTlsOf,
  journalsOf,
  openServices,
  operationCommands,
  placesOf,
} from './services/open-services.js';
export type { Grantee } from './sharing/grantee.js';
export { parseGrantees } from './sharing/grantee.js';
export type { ShareAmiOptions } from './sharing/share-ami.js';
export { shareAmi } from './sharing/share-ami.js';
export type { EventCode, PublicationEvent } from './steps/events.js';
export { eventCodes } from './steps/events.js';
export { FileJournalStore } from './steps/file-journal.js';
export type { Journal, JournalRecord, JournalStore } from './steps/journal.js';
export type { JournalLocationOptions, WritableJournalStore } from './steps/journal-location.js';
export { openJournalStore } from './steps/journal-location.js';
export { MemoryJournalStore } from './steps/memory-journal.js';
export type { ObjectBucket, ObjectToWrite, StoredObject, WriteCondition } from './steps/object-bucket.js';
export type { S3BucketOptions } from './steps/s3-bucket.js';
export { S3Bucket } from './steps/s3-bucket.js';
export type { S3JournalStoreOptions } from './steps/s3-journal.js';
export { S3JournalStore } from './steps/s3-journal.js';
export type { StepProgress } from './steps/step.js';
export type {
  AccountConfiguration,
  Configuration,
  ConnectorConfiguration,
  TargetOverride,
} from './target/account.js';
export { configurationJsonSchema, parseConfiguration } from './target/configuration.js';
export type { TargetAnswer } from './target/for-each-target.js';
export type { Profile } from './target/profiles.js';
export { listProfiles } from './target/profiles.js';
export { readConfiguration } from './target/read-configuration.js';
export { knownRegions } from './target/region-places.js';
export { matchesPattern } from './target/selector.js';
export type { Partition, Target } from './target/target.js';
export { compareTargets, formatTarget, targetKey } from './target/target.js';
export type {
  ConnectRequest,
  UnpackerConnection,
  UnpackerConnector,
} from './unpacker/connectors/connector.js';
export { mapConnector, privateConnector, publicConnector } from './unpacker/connectors/direct.js';
export type { ProxyConnectorOptions } from './unpacker/connectors/proxy.js';
export { proxyConnector } from './unpacker/connectors/proxy.js';
export type { CredentialsSource } from './unpacker/connectors/proxy-credentials.js';
export type { SsmConnectorOptions } from './unpacker/connectors/ssm.js';
export { SsmConnector } from './unpacker/connectors/ssm.js';
export type {
  ConnectedUnpacker,
  UnpackerFleetOptions,
  UnpackerListing,
} from './unpacker/fleet.js';
export { UnpackerFleet } from './unpacker/fleet.js';
export type { BindDeviceOptions, UnpackerAddress, UnpackerOperatorOptions } from './unpacker/operator.js';
export { UnpackerOperator } from './unpacker/operator.js';
export type { SrpcUnpackerClientOptions } from './unpacker/srpc/client.js';
export { createSrpcUnpackerClient } from './unpacker/srpc/client.js';
export type { ImageLookUp } from './unpacker/srpc/stream-work.js';
export type { StreamListing } from './unpacker/stream-volume.js';
export type {
  Capture,
  ExportedImage,
  LeaseRef,
  OperationOptions,
  RawBytes,
  RawEnd,
  RawOffer,
  RawRange,
  StreamDevice,
  StreamState,
  UnpackCounts,
  UnpackerClient,
  UnpackerDevice,
  UnpackerOperatorClient,
  UnpackerStatus,
  UnpackerStream,
} from './unpacker/unpacker-client.js';
export type { SrpcFleetOptions } from './unpacker/wires.js';
export { version } from './version.js';
export type { AddVolumesRequest } from './volumes/add-volumes.js';
export { Volumes, volumeCommands } from './volumes/volumes.js';
