import type { RegionState } from '../model/region-state.js';
import type { SecretRecord } from './records.js';

/** A secret by its name or ARN. */
export const findSecret = ({ services }: RegionState, id: string): SecretRecord | undefined =>
  services.secrets.get(id) ?? [...services.secrets.values()].find(({ arn }) => arn === id);
