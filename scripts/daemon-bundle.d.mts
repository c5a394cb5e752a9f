import type { Options } from 'tsup';

/** Configurations for tsup of a daemon's package. */
export declare const daemonPackage: Options[];
