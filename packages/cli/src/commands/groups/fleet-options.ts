import { awsOptions, fleetOptions, targetOptions } from '../shared-options.js';

/** Of every command that reaches the unpackers of the targets. */
export const fleet = [...targetOptions, ...awsOptions, ...fleetOptions];
