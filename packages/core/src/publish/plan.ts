import type { JsonObject } from '../steps/json.js';
import type { Target } from '../target/target.js';
import type { PlanEstimate, TargetEstimate, VolumeAction } from './estimate/estimate.js';
import type { ResolvedPublishOptions } from './options.js';
import type { PlannedSharing } from './plan-sharing.js';

/** A target that the plan could not be made for; it fails without being touched. */
export interface PlannedFailure extends JsonObject {
  readonly account: string;
  readonly region: string;
  readonly code: string;
  readonly message: string;
  readonly bestEffort: boolean;
}

/** What would happen in one target. */
export interface PlannedTarget extends JsonObject {
  readonly target: Target & JsonObject;
  readonly kmsKey: string | null;
  /** A best-effort target that fails does not fail the publication. */
  readonly bestEffort: boolean;
  /** The unpacker that would be used, and its state. */
  readonly instanceId: string;
  readonly instanceState: string;
  /** The stream's present volume, if it has one, and the release on it. */
  readonly volumeId: string | null;
  readonly volumeSizeGiB: number;
  readonly holdsLeaf: string | null;
  /** What would become of the volume: `replace` where its KMS key is another than is asked for. */
  readonly volumeAction: VolumeAction;
  /** Left out where the AMI is shared with nobody. */
  readonly sharing?: PlannedSharing;
  readonly estimate: TargetEstimate;
  /** The steps with what each would do, in order. */
  readonly actions: readonly string[];
}

/** A target that needs no work: it has an AMI of exactly this image under this name, or is to be left out. */
export interface PlannedSkip extends JsonObject {
  readonly target: Target & JsonObject;
  readonly imageId: string | null;
  readonly reason: string;
  readonly bestEffort: boolean;
}

/** Everything that a publication will do; made by reading only. JSON, and the first line of the journal. */
export interface PublicationPlan extends JsonObject {
  readonly publicationId: string;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  readonly options: ResolvedPublishOptions;
  readonly manifestDigest: string;
  readonly usageBytes: number;
  readonly contentBytes: number;
  readonly entryCount: number;
  readonly amiName: string;
  /** Name of the parameter of Systems Manager that is to name the AMI; journals of earlier versions do not have it. */
  readonly ssmParameter?: string | null;
  readonly targets: readonly PlannedTarget[];
  readonly failures: readonly PlannedFailure[];
  readonly skipped: readonly PlannedSkip[];
  readonly estimate: PlanEstimate;
  readonly notices: readonly string[];
}
