import { ApiError } from '../model/api-error.js';

/** What the sandbox says where EBS would make a snapshot that nobody can use. */
export const notSealed = (volumeId: string, what: string): ApiError =>
  new ApiError(
    'SandboxVolumeNotSealed',
    `The volume '${volumeId}' ${what}: on EBS this snapshot would hold a half-written tree. Call PrepareForCapture on the unpacker first.`,
  );
