import { AmiPublisherError } from '@ami-publisher/base';

export type S3Sdk = typeof import('@aws-sdk/client-s3');

/**
 * Loads the AWS SDK for S3, which only a server with a bucket needs.
 *
 * @param load only tests give another.
 * @throws `TOOL_MISSING` if it is not installed.
 */
export const loadS3 = async (
  load: () => Promise<S3Sdk> = () => import('@aws-sdk/client-s3'),
): Promise<S3Sdk> => {
  try {
    return await load();
  } catch (cause) {
    throw new AmiPublisherError('TOOL_MISSING', {
      message: 'images in S3 need the package @aws-sdk/client-s3, which is not installed',
      resource: '@aws-sdk/client-s3',
      remedy: 'install it beside @ami-publisher/imageserver (`npm install @aws-sdk/client-s3`)',
      cause,
    });
  }
};
