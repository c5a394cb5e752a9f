import type { Image } from '@aws-sdk/client-ec2';
import type { ChangeContext } from '../operations/command.js';
import type { JsonObject } from '../steps/json.js';
import { type AmiState, savedState, saveState, setDeleteAfter } from './ami-state.js';
import { imageIdOf } from './look-up.js';

/** An AMI that nobody can launch any more, until `expire` deletes it. */
export interface RetiredAmi extends JsonObject {
  readonly outcome: 'retired';
  /** RFC 3339, UTC. */
  readonly deleteAfter: string;
  readonly before: AmiState;
}

/** The call that takes launch permissions away. */
export const retiringCall = 'ec2:DisableImage';

/** Disables an AMI and tags it with the time from which `expire` may delete it. What is lost by that is written down first. */
export const retireAmi = async (
  context: ChangeContext,
  image: Image,
  deleteAfter: string,
): Promise<RetiredAmi> => {
  const { services, signal } = context;
  const imageId = imageIdOf(image);
  const before = savedState(context, retiringCall) ?? (await saveState(context, retiringCall, image));
  // In other states it cannot be launched anyway, and cannot be disabled.
  if (image.State === 'available' || image.State === 'pending')
    await services.ec2.disableImage({ ImageId: imageId }, { signal });
  await setDeleteAfter(context, imageId, deleteAfter);
  return { outcome: 'retired', deleteAfter, before };
};
