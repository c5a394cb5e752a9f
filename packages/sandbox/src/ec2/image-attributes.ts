import { invalidParameter, required } from '../model/api-error.js';
import type { Ec2Handler } from './handler.js';
import { lookupImage } from './lookup-image.js';

const msPerMinute = 60_000;
/** AWS takes dates up to ten years ahead. */
const maxYearsAhead = 10;

/** Seconds are cut off, as AWS does. */
export const enableImageDeprecation: Ec2Handler<'EnableImageDeprecation'> = ({ state, clock }, input) => {
  const image = lookupImage(state, input.ImageId);
  const at = required(input.DeprecateAt, 'deprecateAt');
  const latest = new Date(clock.now());
  latest.setUTCFullYear(latest.getUTCFullYear() + maxYearsAhead);
  if (at.getTime() <= clock.now() || at > latest) {
    throw invalidParameter(
      'deprecateAt',
      at.toISOString(),
      `Expecting a date in the next ${maxYearsAhead} years.`,
    );
  }
  const deprecationTime = new Date(Math.floor(at.getTime() / msPerMinute) * msPerMinute);
  state.images.update(image.id, { deprecationTime });
  return { Return: true };
};

export const enableImageDeregistrationProtection: Ec2Handler<'EnableImageDeregistrationProtection'> = (
  { state },
  input,
) => {
  const image = lookupImage(state, input.ImageId);
  const deregistrationProtection =
    input.WithCooldown === true ? 'enabled-with-cooldown' : 'enabled-without-cooldown';
  state.images.update(image.id, { deregistrationProtection });
  return { Return: deregistrationProtection };
};

/** The 24 hours for which protection with a cool-down lasts on are not modelled. */
export const disableImageDeregistrationProtection: Ec2Handler<'DisableImageDeregistrationProtection'> = (
  { state },
  input,
) => {
  const image = lookupImage(state, input.ImageId);
  state.images.update(image.id, { deregistrationProtection: 'disabled' });
  return { Return: 'disabled' };
};
