import type * as imagebuilder from '@aws-sdk/client-imagebuilder';
import { invalidValue } from './look-up.js';

/** @throws `InvalidParameterValueException` for what the sandbox does not distribute */
export const checkDistributions = (distributions: readonly imagebuilder.Distribution[]): void => {
  for (const { region = '', amiDistributionConfiguration: ami } of distributions) {
    if (region === '' || ami === undefined)
      throw invalidValue('distributions', 'The sandbox distributes AMIs, to regions that are named.');
    if ((ami.targetAccountIds ?? []).length > 0)
      throw invalidValue('targetAccountIds', 'The sandbox does not distribute to other accounts.');
  }
};
