import type { Place } from '../model/region-state.js';
import type { Authorization } from './evaluate.js';

/** ARN of an instance profile that a request gives by name or by ARN. */
export const profileArnOf = ({ accountId }: Pick<Place, 'accountId'>, profile: string): string =>
  profile.startsWith('arn:') ? profile : `arn:aws:iam::${accountId}:instance-profile/${profile}`;

/**
 * What it takes to hand an instance profile to EC2: to pass its role. A profile holds the role of its own name, as those do that AWS's console makes.
 * IAM user guide, "Grant a user permissions to pass a role to an AWS service".
 */
export const passingRole = (place: Pick<Place, 'accountId' | 'region'>, profile: string): Authorization => ({
  action: 'iam:PassRole',
  resource: profileArnOf(place, profile).replace(':instance-profile/', ':role/'),
  context: new Map([
    ['aws:RequestedRegion', [place.region]],
    ['iam:PassedToService', ['ec2.amazonaws.com']],
  ]),
});
