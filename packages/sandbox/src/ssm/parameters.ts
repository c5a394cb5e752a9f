import type * as ssm from '@aws-sdk/client-ssm';
import { ApiError } from '../model/api-error.js';
import { pageByName } from '../model/pages.js';
import type { ParameterOptions } from '../model/references.js';
import type { RegionState } from '../model/region-state.js';

export interface ParameterContext {
  readonly state: RegionState;
}

const maxResults = 50;
const maxNames = 10;

const validation = (message: string): ApiError => new ApiError('ValidationException', message);

type Read = (parameter: ParameterOptions) => string;

const filterKeys: Readonly<Record<string, Read>> = {
  DataType: ({ dataType = 'text' }) => dataType,
  Name: ({ name }) => name,
  Type: ({ type = 'String' }) => type,
};

const passes = (
  parameter: ParameterOptions,
  { Key = '', Option = 'Equals', Values = [] }: ssm.ParameterStringFilter,
): boolean => {
  const read = Object.hasOwn(filterKeys, Key) ? filterKeys[Key] : undefined;
  if (read === undefined || Option !== 'Equals')
    throw new ApiError('InvalidFilterKey', `The sandbox does not know the filter ${Key} ${Option}.`);
  return Values.includes(read(parameter));
};

/** Tells of parameters without their values. */
export const describeParameters = (
  { state }: ParameterContext,
  { ParameterFilters = [], MaxResults = maxResults, NextToken }: ssm.DescribeParametersRequest,
): ssm.DescribeParametersResult => {
  if (MaxResults < 1 || MaxResults > maxResults)
    throw validation(`Value '${MaxResults}' at 'maxResults' failed to satisfy constraint`);
  const found = [...state.references.parameters].filter(([, parameter]) =>
    ParameterFilters.every((filter) => passes(parameter, filter)),
  );
  const page = pageByName(new Map(found), MaxResults, NextToken, 'InvalidNextToken');
  return {
    Parameters: page.items.map(({ name, type = 'String', dataType = 'text' }) => ({
      Name: name,
      Type: type,
      DataType: dataType,
      Version: 1,
    })),
    ...(page.nextToken !== undefined && { NextToken: page.nextToken }),
  };
};

/** The values of at most ten parameters; a name that is none is told apart. */
export const getParameters = (
  { state }: ParameterContext,
  { Names = [] }: Partial<ssm.GetParametersRequest>,
): ssm.GetParametersResult => {
  if (Names.length === 0 || Names.length > maxNames)
    throw validation(`Value at 'names' failed to satisfy constraint: 1 to ${maxNames} names`);
  const { parameters } = state.references;
  return {
    Parameters: Names.flatMap((name) => parameters.get(name) ?? []).map(
      ({ name, value, type = 'String', dataType = 'text' }) => ({
        Name: name,
        Type: type,
        Value: value,
        DataType: dataType,
        Version: 1,
      }),
    ),
    InvalidParameters: Names.filter((name) => !parameters.has(name)),
  };
};

const nameRule = /^(?!\/?(aws|ssm))(\/[A-Za-z0-9_.-]+)+$|^(?!aws|ssm)[A-Za-z0-9_.-]+$/i;
const imageRule = /^ami-[0-9a-f]{8,17}$/;

/**
 * Writes a parameter. AWS checks an `aws:ec2:image` later, by itself, and drops a bad one; here it is refused at once, and whether the account
 * can use the AMI is not looked at.
 */
export const putParameter = (
  { state }: ParameterContext,
  { Name = '', Value = '', Type, DataType = 'text', Overwrite = false }: Partial<ssm.PutParameterRequest>,
): ssm.PutParameterResult => {
  if (!nameRule.test(Name))
    throw validation(`Parameter name: can't be prefixed with "aws" or "ssm", and must be a path`);
  if (Value === '') throw validation('Member must have length greater than or equal to 1');
  if (DataType !== 'text' && DataType !== 'aws:ec2:image')
    throw validation(`The data type ${DataType} is not supported`);
  if (DataType === 'aws:ec2:image' && !imageRule.test(Value)) throw validation(`${Value} is not an AMI id`);
  const { parameters } = state.references;
  const former = parameters.get(Name);
  if (former !== undefined && !Overwrite)
    throw new ApiError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  const type = Type ?? former?.type ?? 'String';
  if (former !== undefined && type !== (former.type ?? 'String'))
    throw new ApiError('HierarchyTypeMismatchException', 'The type of a parameter cannot be changed.');
  state.references.putParameter({ name: Name, value: Value, type, dataType: DataType });
  return { Version: 1, Tier: 'Standard' };
};

export const deleteParameter = (
  { state }: ParameterContext,
  { Name = '' }: Partial<ssm.DeleteParameterRequest>,
): ssm.DeleteParameterResult => {
  if (!state.references.parameters.delete(Name))
    throw new ApiError('ParameterNotFound', `The parameter ${Name} does not exist.`);
  return {};
};
