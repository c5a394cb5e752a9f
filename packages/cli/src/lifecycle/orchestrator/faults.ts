import type { ArgumentName } from './arguments.js';
import type { GivenArguments } from './parse-arguments.js';

/** A call in BATCH mode that lacks an argument, or has one that does not fit; ends with exit code 99. */
export class BatchFault extends Error {
  override readonly name = 'BatchFault';
}

/** Arguments by the names that the original's messages have for them. */
const namesInMessages: Readonly<Partial<Record<ArgumentName, string>>> = {
  '--stackTag': 'stacktag',
  '--productName': 'productname',
  '--productVer': 'productver',
  '--certificationStatus': 'certification_status',
  '--approvalStatusAmiCreation': 'approval_status',
  '--approvalStatusAmiPatch': 'approval_status',
};

/** Of these the original says that they are missing for the certification, whichever they are. */
const calledCertification = ['AMI_QA_CERTIFICATION', 'AMI_APPROVAL_CREATE', 'AMI_APPROVAL_PATCH'];

/**
 * Refuses a call of an operation that lacks an argument, the first in this order.
 *
 * @throws BatchFault with the original's text; with `--legacy-exit` also where that names the wrong operation
 */
export const demand = (given: GivenArguments, operation: string, needs: readonly ArgumentName[]): void => {
  const missing = needs.find((name) => given.one(name) === undefined);
  if (missing === undefined) return;
  const name = namesInMessages[missing] ?? missing.slice('--'.length);
  if (!calledCertification.includes(operation)) {
    throw new BatchFault(`The ${name} argument is required for ${operation} operation in BATCH mode.`);
  }
  const said = given.is('--legacy-exit') ? 'AMI_QA_CERTIFICATION' : operation;
  throw new BatchFault(`The ${name} argument is required for ${said} in BATCH mode.`);
};
