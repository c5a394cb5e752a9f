import * as z from 'zod';
import type { Json } from '../wire/json.js';
import { WireFault } from '../wire/wire-fault.js';
import type { CallWire } from './call-wire.js';
import { ask, type CallOptions, type SrpcCalls } from './calls.js';
import { count, list } from './fields.js';
import { limits } from './limits.js';
import { parseReply } from './parse-reply.js';
import { Refusal } from './site.js';

const maxReplyBytes = 16 * 1024 * 1024;

/** Takes the bytes of the objects as they come; the next come when it has resolved. */
export type TakeObjectBytes = (object: {
  /** Which of the objects asked for. */
  readonly index: number;
  /** Of the whole object, bytes. */
  readonly size: number;
  readonly data: Buffer;
}) => Promise<void> | void;

/** The objects of an image server of Go. Every method rejects with an `AmiPublisherError`. */
export class SrpcObjectServer {
  constructor(readonly calls: SrpcCalls) {}

  /** Sizes of objects by their SHA-512 in lower-case hex; 0 = not there. */
  sizesOf(digests: readonly string[], options: CallOptions = {}): Promise<readonly number[]> {
    const reply = z.object({ ObjectSizes: list(count).refine((sizes) => sizes.length === digests.length) });
    const decode = (value: Json) => parseReply(reply, value).ObjectSizes;
    const how = { ...limits.lookUp, ...options, decode };
    return ask(this.calls, 'ObjectServer.CheckObjects', { Hashes: digests }, how);
  }

  /**
   * Fetches objects on a connection of its own, in the order asked for. What comes is not verified: that is for whoever takes it.
   *
   * @throws `OBJECT_MISSING` before any bytes have come.
   */
  getObjects(digests: readonly string[], take: TakeObjectBytes, options: CallOptions = {}): Promise<void> {
    const method = 'ObjectServer.GetObjects';
    const talk = async (wire: CallWire): Promise<void> => {
      await wire.begin(method);
      wire.sendValue({ Hashes: digests });
      const sizes = await sizesToCome(wire, digests);
      for (const [index, size] of sizes.entries())
        for await (const data of wire.bytes(size)) await take({ index, size, data });
    };
    return this.calls.callApart({ ...limits.transfer, ...options, method, talk });
  }
}

const objectsReply = z.object({ ResponseString: z.string(), ObjectSizes: list(count) });

/** The text that a server refuses with names the last unknown object only; the sizes tell which is the first. */
const sizesToCome = async (wire: CallWire, digests: readonly string[]): Promise<readonly number[]> => {
  const { ResponseString: text, ObjectSizes: sizes } = parseReply(
    objectsReply,
    await wire.value(maxReplyBytes),
  );
  const missing = digests.find((_digest, index) => sizes[index] === 0);
  if (text !== '') throw new Refusal(missing === undefined ? text : `unknown object: ${missing}`);
  if (sizes.length === digests.length) return sizes;
  throw new WireFault('malformed', `${sizes.length} sizes came for ${digests.length} objects`);
};
