import { describe, expect, it } from 'vitest';
import { workOn } from '../../test/support/work.js';
import { executorConfigurationSchema } from '../configuration/products.js';
import { productOf } from './places.js';

const target = { targets: 'a,us-east-1', primary: 'a,us-east-1' };
const configuration = executorConfigurationSchema.parse({
  products: [
    { ...target, stream: 'gateway/release', stackTags: 'release-*', products: 'gateway' },
    { ...target, stream: 'gateway/main', products: 'gateway' },
    { ...target, stream: 'proxy/main', stackTags: 'main', products: 'proxy' },
  ],
});

const streamOf = (stackTag: string, productName: string): string => {
  const { state } = workOn('BUILD_AMI');
  return productOf(configuration, { ...state, lifecycle: { ...state.lifecycle, stackTag, productName } })
    .stream;
};

describe('the product of a lifecycle', () => {
  it.each([
    ['release-4', 'gateway', 'gateway/release'],
    ['main', 'gateway', 'gateway/main'],
    ['main', 'proxy', 'proxy/main'],
  ])('[W-E14] is built from a stream of its own: %s, %s', (stackTag, productName, stream) => {
    expect(streamOf(stackTag, productName)).toBe(stream);
  });

  it('is an error where nothing is configured for it', () => {
    expect(() => streamOf('release-4', 'proxy')).toThrow(
      'no product of the configuration is for the stack tag release-4 and the product proxy',
    );
  });
});
