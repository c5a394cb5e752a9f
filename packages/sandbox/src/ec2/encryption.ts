import { ApiError } from '../model/api-error.js';
import type { RegionState } from '../model/region-state.js';

interface EncryptionRequest {
  readonly encrypted: boolean | undefined;
  readonly kmsKeyId: string | undefined;
  /** Key of the snapshot that the volume is made of; it stays unless the request names another. */
  readonly inherited: string | undefined;
}

/** What a key that nobody knows resolves to: EC2 accepts the call and the volume fails later. */
export const unknownKey = Symbol('unknown KMS key');

/**
 * The KMS key of a new volume, or undefined for a volume without encryption.
 *
 * @throws `InvalidParameterDependency` if a key is named without asking for encryption.
 */
export const chooseKey = (
  state: RegionState,
  request: EncryptionRequest,
): string | typeof unknownKey | undefined => {
  const { encrypted, kmsKeyId, inherited } = request;
  if (kmsKeyId !== undefined && encrypted !== true) {
    throw new ApiError(
      'InvalidParameterDependency',
      'The parameter KmsKeyId requires the parameter Encrypted to be set.',
    );
  }
  if (kmsKeyId !== undefined) return state.kmsKeys.resolve(kmsKeyId) ?? unknownKey;
  if (inherited !== undefined) return inherited;
  return encrypted === true ? state.kmsKeys.defaultKey : undefined;
};
