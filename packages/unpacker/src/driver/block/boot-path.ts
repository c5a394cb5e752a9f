import type { ImageSource, Manifest, OverlayFile } from '@ami-publisher/image';
import type { CleanRecord } from './record.js';

export type Architecture = NonNullable<CleanRecord['architecture']>;

/** An image that is to boot from a volume. */
export interface BootFilesRequest {
  readonly manifest: Pick<Manifest, 'entries'>;
  readonly source: Pick<ImageSource, 'getObjects'>;
  readonly rootUuid: string;
  readonly image: { readonly stream: string; readonly leaf: string };
  readonly signal: AbortSignal;
}

/** Where boot code goes. */
export interface BootCodeRequest {
  /** Node of the disk. */
  readonly device: string;
  /** Nodes of its partitions. */
  readonly partitions: { readonly biosBoot: string; readonly efi: string };
  readonly rootUuid: string;
  readonly architecture: Architecture;
  /** For files in the making; made when needed. */
  readonly workDirectory: string;
  readonly signal: AbortSignal;
}

/** What makes a volume boot. */
export interface BootPath {
  /** The files that an image needs besides its own, and what it boots on; undefined for an image without a kernel. */
  files(request: BootFilesRequest): Promise<{
    readonly files: readonly OverlayFile[];
    readonly architecture: Architecture | undefined;
  }>;
  /** Writes the boot code, as far as it differs from what is there. */
  install(request: BootCodeRequest): Promise<void>;
}
