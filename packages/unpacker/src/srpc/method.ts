import { parseSrpcRequest } from '@ami-publisher/daemon';
import { answering, type Json, type ServerCall, type SrpcMethod } from '@ami-publisher/srpc';
import type * as z from 'zod';
import { errorText } from './error-text.js';

/** A method that answers with nothing but success, or the text of an error. */
export const telling = <T extends z.ZodType>(
  schema: T,
  act: (request: z.output<T>, call: ServerCall) => Promise<void>,
): SrpcMethod =>
  answering('granted', async (value: Json, call) => {
    try {
      await act(parseSrpcRequest(schema, value), call);
      return {};
    } catch (reason) {
      throw new Error(errorText(reason), { cause: reason });
    }
  });
