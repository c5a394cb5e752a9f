import { counted } from '@ami-publisher/base';

const dayMs = 24 * 60 * 60 * 1000;
const warnDays = 30;

/** How a certificate stands by its age. */
export const expiryOf = (expiresAt: number, now: number): 'expired' | 'soon' | 'good' => {
  if (expiresAt <= now) return 'expired';
  return expiresAt - now < warnDays * dayMs ? 'soon' : 'good';
};

export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** `expires on 2027-01-02, in 12 days` */
export const describeExpiry = (expiresAt: number, now: number): string => {
  const days = Math.floor(Math.abs(expiresAt - now) / dayMs);
  const distance = counted(days, 'day');
  return expiresAt <= now
    ? `expired on ${dayOf(expiresAt)}, ${distance} ago`
    : `expires on ${dayOf(expiresAt)}, in ${distance}`;
};
