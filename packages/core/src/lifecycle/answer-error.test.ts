import { describe, expect, it } from 'vitest';
import { answerError } from './answer-error.js';

const of = (status: number, body: unknown) =>
  answerError('POST /x', status, typeof body === 'string' ? body : JSON.stringify(body));

describe('an answer that is no success', () => {
  it.each([
    ['Invalid API Key for AMI Timeline operation.', 'API_KEY_REFUSED'],
    ['An api_key must be included as part of the json payload of the request.', 'API_KEY_REFUSED'],
    [
      'api_key is expected as a query parameter but it was not present in the request; /dev/x',
      'API_KEY_REFUSED',
    ],
    ["__init__() missing 1 required positional argument: 'operation_name'", 'LIFECYCLE_NOT_FOUND'],
    ['Unable to proceed with X event as a previous event Y is in FAILED state. …', 'EVENT_OUT_OF_ORDER'],
    ['Unable to get the detail of the created ami. {}', 'EVENT_OUT_OF_ORDER'],
    ['Unable to get the details of the patched ami. {}', 'EVENT_OUT_OF_ORDER'],
    ["'outputs_ami_patch'", 'EVENT_OUT_OF_ORDER'],
    [
      'The outputs_ami_creation attribute is missing. An AMI Patch request can only proceed when all AMI Creation events have completed successfully.',
      'EVENT_OUT_OF_ORDER',
    ],
    [
      'AMI Creation event: X has status FAILED. An AMI Patch operation can only be peformed when all AMI Creation events have been completed.',
      'EVENT_OUT_OF_ORDER',
    ],
    ['Unable to proceed with X event as it has already been completed. …', 'EVENT_IMMUTABLE'],
    [
      'A QA Certification CERTIFIED response has already been received for this AMI lifecycle.',
      'EVENT_IMMUTABLE',
    ],
    ['The owner parameter must be defined as part of a lifecycle patch/update request.', 'REQUEST_INVALID'],
    ['The name parameter X is not valid. It must be one of …', 'REQUEST_INVALID'],
    ['An AMI Build request requires that the product_ver attribute is defined.', 'REQUEST_INVALID'],
    ['The specified patch_component_url, s3://a/b, does not exist in S3.', 'REQUEST_INVALID'],
    [
      'properties element is enabled but contains no elements. properties can not be empty …',
      'REQUEST_INVALID',
    ],
    ['Float types are not supported. Use Decimal types instead.', 'ORCHESTRATOR_FAILED'],
  ])('of the original, which has no codes, is told apart by its text: %s', (error, code) => {
    expect(of(500, { error }).code).toBe(code);
  });

  it('of ours says its code', () => {
    const error = of(409, { error: 'it runs', code: 'EVENT_RUNNING' });
    expect(error).toMatchObject({ code: 'EVENT_RUNNING', message: 'POST /x: it runs', call: 'POST /x' });
  });

  it.each([
    [404, { message: 'Not Found' }, 'ROUTE_NOT_FOUND'],
    [500, { message: 'Internal Server Error' }, 'ORCHESTRATOR_FAILED'],
    [502, '<html>', 'ORCHESTRATOR_FAILED'],
    [429, '', 'TOO_MANY_REQUESTS'],
    [400, { error: 'x', code: 'toString' }, 'REQUEST_INVALID'],
  ])('of status %d with %j is known by its status', (status, body, code) => {
    expect(of(status, body).code).toBe(code);
  });
});
