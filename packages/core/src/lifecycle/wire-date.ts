import { AmiPublisherError } from '@ami-publisher/base';

const form = /^(\d\d)\/(\d\d)\/(\d{4}), (\d\d):(\d\d):(\d\d)$/;

/** An instant as lifecycle records have it on the wire: `MM/DD/YYYY, HH:MM:SS`, in UTC. */
export const formatWireDate = (instant: Date): string => {
  const [year = '', month = '', day = '', time = ''] = instant.toISOString().split(/[-T.]/);
  return `${month}/${day}/${year}, ${time}`;
};

/**
 * The instant of a date on the wire.
 *
 * @throws `REQUEST_INVALID` if the text has another form, or names a day that there is not.
 */
export const parseWireDate = (text: string): Date => {
  const [, month, day, year, hour, minute, second] = form.exec(text) ?? [];
  const instant = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (!Number.isNaN(instant.getTime()) && formatWireDate(instant) === text) return instant;
  throw new AmiPublisherError('REQUEST_INVALID', {
    message: `expected a date of the form MM/DD/YYYY, HH:MM:SS, got ${JSON.stringify(text)}`,
  });
};
