import { describe, expect, it } from 'vitest';
import { fromAwsError } from './aws-error.js';

const site = { call: 'ec2:CreateSnapshot', resource: 'vol-1', target: 'prod,us-east-1' };
const awsError = (name: string, extra: object = {}) =>
  Object.assign(new Error('because'), { name, ...extra });

describe('errors of AWS', () => {
  it.each([
    ['ExpiredToken', 'CREDENTIALS_EXPIRED', false],
    ['RequestExpired', 'CREDENTIALS_EXPIRED', false],
    ['CredentialsProviderError', 'CREDENTIALS_MISSING', false],
    ['AuthFailure', 'ACCESS_DENIED', false],
    ['UnauthorizedOperation', 'ACCESS_DENIED', false],
    ['RequestLimitExceeded', 'AWS_THROTTLED', true],
    ['SnapshotCreationPerVolumeRateExceeded', 'AWS_THROTTLED', true],
    ['InvalidAMIName.Duplicate', 'AMI_NAME_TAKEN', false],
    ['VolumeLimitExceeded', 'AWS_QUOTA_EXCEEDED', false],
    ['InvalidSnapshot.NotFound', 'AWS_NOT_FOUND', false],
    ['InvalidAMIID.Unavailable', 'AWS_NOT_FOUND', false],
    ['InternalError', 'AWS_UNAVAILABLE', true],
    ['InvalidParameterValue', 'AWS_REJECTED', false],
  ])('%s becomes %s', (name, code, retryable) => {
    expect(fromAwsError(awsError(name), site)).toMatchObject({ code, retryable });
  });

  it('[W82] name the target, the call, the resource, the code and what to do', () => {
    expect(fromAwsError(awsError('UnauthorizedOperation'), site).message).toMatch(
      /^prod,us-east-1: ec2:CreateSnapshot on vol-1: because \(UnauthorizedOperation\); compare your IAM policies with docs\/iam\.md/,
    );
  });

  it('are taken for passing when the connection broke or AWS answered 5xx', () => {
    expect(fromAwsError(awsError('Error', { code: 'ECONNRESET' }), site).code).toBe('AWS_UNAVAILABLE');
    expect(fromAwsError(awsError('Whatever', { $metadata: { httpStatusCode: 503 } }), site).code).toBe(
      'AWS_UNAVAILABLE',
    );
  });
});
