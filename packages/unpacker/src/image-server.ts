import type { ImageSource } from '@ami-publisher/image';

/** A connection to the image server for one operation. */
export interface ImageServerConnection {
  readonly source: ImageSource;
  readonly address: string;
  close(): void;
}

/** Opened for each operation, so that a renewed certificate is used without a restart. */
export type ConnectImageServer = () => Promise<ImageServerConnection>;
