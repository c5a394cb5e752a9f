import { AmiPublisherError } from '@ami-publisher/base';
import type { Image, RegisterImageRequest } from '@aws-sdk/client-ec2';
import { noId } from '../cloud/aws-error.js';
import { describeImages } from '../cloud/describe.js';
import type { Ec2Api } from '../cloud/ec2-api.js';
import { escapeFilterValue, fromTagList, tagFilter, tagKeys } from '../cloud/tags.js';
import { listSettled, sendOnce } from '../steps/send-once.js';
import type { StepContext } from '../steps/step.js';
import { snapshotIdsOf } from './look-up.js';

export const registerCall = 'ec2:RegisterImage';

interface WithEc2 {
  readonly ec2: Ec2Api;
}

/** A request for one AMI of one snapshot, tagged with its publication. */
export interface Registration {
  readonly name: string;
  readonly snapshotId: string;
  readonly request: RegisterImageRequest;
}

/**
 * Registers an AMI. Its name is the key: one of that name is adopted only if it is this publication's, of this snapshot.
 *
 * @returns its id
 * @throws `AMI_NAME_TAKEN`
 */
export const registerOnce = async <Services extends WithEc2, Values>(
  context: StepContext<Services, Values>,
  registration: Registration,
): Promise<string> => {
  const { services, signal } = context;
  const { name, snapshotId, request } = registration;
  const image = await sendOnce<Image, Services, Values>(context, {
    call: registerCall,
    request: { name, snapshotId },
    find: () => ownImage(context, registration),
    send: async () => {
      try {
        return await services.ec2.registerImage(request, { signal });
      } catch (reason) {
        if (!(reason instanceof AmiPublisherError) || reason.code !== 'AMI_NAME_TAKEN') throw reason;
        const own = await ownImage(context, registration);
        if (own !== undefined) return own;
        throw reason;
      }
    },
  });
  if (image.ImageId === undefined) throw noId(registerCall, 'AMI');
  return image.ImageId;
};

/**
 * The AMIs in this target that carry this publication's tag; those that are not visible yet are waited for.
 *
 * @param known id of what was registered; left out if that did not finish
 */
export const listRegistered = <Services extends WithEc2, Values>(
  context: StepContext<Services, Values>,
  known: string | undefined,
): Promise<Image[]> => {
  const { services, signal, publicationId } = context;
  return listSettled(context, registerCall, known, {
    list: () => describeImages(services.ec2, [tagFilter(tagKeys.publication, publicationId)], { signal }),
    idOf: ({ ImageId }) => ImageId,
  });
};

const ownImage = async <Services extends WithEc2, Values>(
  { services, publicationId, signal }: StepContext<Services, Values>,
  { name, snapshotId }: Registration,
): Promise<Image | undefined> => {
  const filters = [{ Name: 'name', Values: [escapeFilterValue(name)] }];
  const images = await describeImages(services.ec2, filters, { signal });
  return images.find(
    (image) =>
      fromTagList(image.Tags)[tagKeys.publication] === publicationId &&
      snapshotIdsOf(image).includes(snapshotId),
  );
};
