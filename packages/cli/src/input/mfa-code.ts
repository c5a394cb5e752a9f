import { AmiPublisherError, invalidOption } from '@ami-publisher/base';
import { ask } from './question.js';

/**
 * Asks for the six digits that an MFA device shows.
 *
 * @throws `CREDENTIALS_MISSING` where there is nobody to ask, `INVALID_OPTION` for what is no such code.
 */
export const askMfaCode = async (device: string): Promise<string> => {
  if (!process.stdin.isTTY) throw nobodyToAsk(device);
  const code = await ask(`Code of ${device}: `);
  if (!/^\d{6}$/.test(code)) throw invalidOption(device, 'a code of six digits', code);
  return code;
};

const nobodyToAsk = (device: string): AmiPublisherError =>
  new AmiPublisherError('CREDENTIALS_MISSING', {
    message: `a code of the MFA device ${device} is needed, and there is nobody to ask`,
    resource: device,
    remedy:
      'run it at a terminal, or use credentials that need no code, such as single sign-on or a role of the machine',
  });
