import { ApiError } from '../model/api-error.js';
import { notFound } from '../model/ids.js';
import type { ImageRecord } from '../model/records.js';
import type { RegionState } from '../model/region-state.js';
import { lookup } from './lookup.js';

/** The image that a request names; one that was deregistered has a code of its own. */
export const lookupImage = (state: RegionState, id: string | undefined): ImageRecord => {
  if (id !== undefined && state.images.wasRemoved(id)) throw absentImage(state)(id);
  return lookup(state.images, 'image', id);
};

/** Why there is no image of that id. */
export const absentImage =
  ({ images }: RegionState) =>
  (id: string): ApiError =>
    images.wasRemoved(id)
      ? new ApiError('InvalidAMIID.Unavailable', `The image ID '${id}' is no longer available`)
      : notFound('image', id);
