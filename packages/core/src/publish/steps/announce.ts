import { isAmiPublisherError } from '@ami-publisher/base';
import type { SsmApi } from '../../cloud/ssm-api.js';
import { stepValue } from '../../steps/step.js';
import { minuteMs, type PublishContext, type PublishStep } from './step-type.js';

const putCall = 'ssm:PutParameter';

/** Has a parameter of Systems Manager name the AMI, where asked for: last of all, since whoever follows it launches what it names. */
export const announceImage: PublishStep<'announce'> = {
  name: 'announce',
  title: 'Set SSM parameter',
  timeoutMs: 5 * minuteMs,
  run: async (context) => {
    const { services, signal } = context;
    const name = services.plan.ssmParameter ?? null;
    if (name === null) return { parameter: null, previous: null };
    const { imageId } = stepValue(context, 'register');
    const ssm = await services.ssm();
    const previous = await formerValue(context, ssm, name);
    await context.intend(putCall, { parameter: name, previous });
    await ssm.putParameter({ name, value: imageId, dataType: 'aws:ec2:image' }, { signal });
    return { parameter: name, previous };
  },
  undo: async (context, value) => {
    const begun = value ?? (context.openIntent(putCall)?.request as typeof value);
    const name = begun?.parameter ?? null;
    if (begun === undefined || name === null) return;
    const { services, signal, values } = context;
    const ssm = await services.ssm();
    // What another has set since is not ours to take back.
    if ((await readParameter(context, ssm, name)) !== values.register?.imageId) return;
    if (begun.previous !== null)
      await ssm.putParameter({ name, value: begun.previous, dataType: 'text' }, { signal });
    else await ssm.deleteParameter(name, { signal }).catch(unlessGone);
  },
};

/** What the parameter held before this publication touched it: an earlier run has written that down. */
const formerValue = async (context: PublishContext, ssm: SsmApi, name: string): Promise<string | null> => {
  const earlier = context.openIntent(putCall)?.request;
  if (earlier !== undefined) return (earlier.previous as string | null | undefined) ?? null;
  return (await readParameter(context, ssm, name)) ?? null;
};

const readParameter = async (
  { signal }: PublishContext,
  ssm: SsmApi,
  name: string,
): Promise<string | undefined> => {
  const { Parameters = [] } = await ssm.getParameters([name], { signal });
  return Parameters.find((parameter) => parameter.Name === name)?.Value;
};

const unlessGone = (reason: unknown): void => {
  if (!isAmiPublisherError(reason) || reason.code !== 'AWS_NOT_FOUND') throw reason;
};
