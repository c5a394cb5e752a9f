import { stepValue } from '../../steps/step.js';
import { minuteMs, type PublishStep } from './step-type.js';

/** Sets the AMI's deprecation date and its protection against deregistration, where asked for. Undone with the registration. */
export const protectImage: PublishStep<'protect'> = {
  name: 'protect',
  title: 'Protect AMI',
  timeoutMs: 5 * minuteMs,
  run: async (context) => {
    const { services, signal } = context;
    const { deprecateAt, deregistrationProtection } = services.plan.options;
    const { imageId } = stepValue(context, 'register');
    if (deprecateAt !== null) {
      await services.ec2.enableImageDeprecation(
        { ImageId: imageId, DeprecateAt: new Date(deprecateAt) },
        { signal },
      );
    }
    if (deregistrationProtection) {
      await services.ec2.enableImageDeregistrationProtection({ ImageId: imageId }, { signal });
    }
    return { deprecated: deprecateAt !== null, protected: deregistrationProtection };
  },
};
