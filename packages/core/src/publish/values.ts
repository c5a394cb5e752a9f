import type { ErrorCode } from '@ami-publisher/base';
import type { UnpackCounts } from '../unpacker/unpacker-client.js';

/** What each step of a publication leaves for the later ones, by step name; JSON. */
export interface PublishValues {
  unpacker: { readonly instanceId: string; readonly availabilityZone: string };
  lease: { readonly epoch: number };
  volume: {
    readonly volumeId: string;
    readonly sizeGiB: number;
    readonly created: boolean;
    /** It is still smaller than `sizeGiB`. */
    readonly tooSmall: boolean;
    /** Volumes of the stream that are of no more use once the new one has proved itself. */
    readonly replaced: readonly string[];
  };
  attach: { readonly device: string | null };
  grow: { readonly sizeGiB: number };
  prepare: { readonly scanned: boolean };
  unpack: UnpackCounts;
  snapshot: { readonly snapshotId: string; readonly generation: number };
  release: { readonly rescanning: boolean };
  complete: { readonly snapshotId: string };
  register: { readonly imageId: string; readonly sizeGiB: number };
  available: { readonly imageId: string };
  protect: { readonly deprecated: boolean; readonly protected: boolean };
  /** Of each target that has the AMI by sharing, why it cannot use it; null = it can. */
  share: {
    readonly consumers: readonly {
      readonly accountId: string;
      readonly code: ErrorCode | null;
      readonly message: string | null;
    }[];
  };
  /** `previous`: what the parameter held before; null if there was none of the name. */
  announce: { readonly parameter: string | null; readonly previous: string | null };
  retire: { readonly deletedVolumeIds: readonly string[] };
}

export type PublishStepName = keyof PublishValues & string;
