import { AmiPublisherError, type ErrorCode, errorCodes } from '@ami-publisher/base';
import { errorAnswerSchema } from './answers.js';

/** What the texts of the original mean, which answers every failure with 500 and no code. The first that fits counts. */
const legacyTexts: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^Invalid API Key|^An api_key must be included|^api_key is expected/, 'API_KEY_REFUSED'],
  [/^__init__\(\) missing 1 required positional argument: 'operation_name'/, 'LIFECYCLE_NOT_FOUND'],
  [/has already been (completed|received)/, 'EVENT_IMMUTABLE'],
  [
    /^Unable to proceed with|^Unable to get the details? of the|can only (proceed|be pe(r)?formed) when all AMI Creation/,
    'EVENT_OUT_OF_ORDER',
  ],
  [/^'outputs_ami_(creation|patch)'$/, 'EVENT_OUT_OF_ORDER'],
  [
    /must (be|not be|contain)|is not valid|requires that|does not exist in S3|can not be empty/,
    'REQUEST_INVALID',
  ],
];

/** What a status means where the answer has no code that we know. */
const codesByStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'REQUEST_INVALID',
  401: 'API_KEY_REFUSED',
  403: 'OPERATION_NOT_ALLOWED',
  404: 'ROUTE_NOT_FOUND',
  409: 'EVENT_OUT_OF_ORDER',
  413: 'REQUEST_TOO_LARGE',
  422: 'REQUEST_INVALID',
  429: 'TOO_MANY_REQUESTS',
};

/** The error that an answer of a lifecycle server stands for. `call` is the method and path, without a query. */
export const answerError = (call: string, status: number, body: string): AmiPublisherError => {
  const answer = errorAnswerSchema.safeParse(jsonOf(body));
  const text = answer.success ? answer.data.error : '';
  const code = codeOf(status, text, answer.data?.code);
  const detail = text === '' ? `status ${status} without an error text` : text;
  return new AmiPublisherError(code, { message: `${call}: ${detail}`, call });
};

/** The value of a JSON text; undefined if it is none. */
export const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const codeOf = (status: number, text: string, code: string | undefined): ErrorCode => {
  if (code !== undefined && Object.hasOwn(errorCodes, code)) return code as ErrorCode;
  const byText = legacyTexts.find(([pattern]) => pattern.test(text));
  return byText?.[1] ?? codesByStatus[status] ?? 'ORCHESTRATOR_FAILED';
};
