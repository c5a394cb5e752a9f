import { ApiError } from '../model/api-error.js';
import type { Ec2Handler } from './handler.js';
import { lookupImage } from './lookup-image.js';

/** Nobody can launch it then, and nobody but its owner sees it; its launch permissions are gone for good. */
export const disableImage: Ec2Handler<'DisableImage'> = ({ state }, input) => {
  const image = lookupImage(state, input.ImageId);
  if (image.state !== 'available' && image.state !== 'disabled') {
    throw new ApiError('IncorrectState', `The image '${image.id}' is '${image.state}'.`);
  }
  state.images.update(image.id, { state: 'disabled', launchPermissions: [] });
  return { Return: true };
};

/** Whoever lost access when it was disabled does not get it back. */
export const enableImage: Ec2Handler<'EnableImage'> = ({ state }, input) => {
  const image = lookupImage(state, input.ImageId);
  if (image.state === 'disabled') state.images.update(image.id, { state: 'available' });
  return { Return: true };
};
