import type { CallContext } from '@ami-publisher/protocol';
import type { RawDoor } from '../raw/raw-door.js';
import type { Unpacker } from '../unpacker.js';
import { deviceCalls } from './device-calls.js';
import { leaseCalls } from './lease-calls.js';
import type { UnpackerCalls } from './messages.js';
import { offerCalls } from './offer-calls.js';
import { operationCalls } from './operation-calls.js';
import { rawCalls } from './raw-calls.js';
import { statusCalls } from './status-calls.js';
import { streamCalls } from './stream-calls.js';

/** The service of an unpacker; `shutDown` ends the calls that would go on for ever. */
export const unpackerHandlers = (
  unpacker: Unpacker,
  shutDown: AbortSignal,
  door: RawDoor,
): UnpackerCalls => ({
  ...statusCalls(unpacker, shutDown),
  ...operationCalls(unpacker),
  ...rawCalls(unpacker, shutDown),
  ...offerCalls(unpacker, shutDown, door),
  ...touching(unpacker, leaseCalls(unpacker)),
  ...touching(unpacker, streamCalls(unpacker)),
  ...touching(unpacker, deviceCalls(unpacker)),
});

type Calls = Readonly<Record<string, (request: never, context: CallContext) => Promise<unknown>>>;

/** Calls that count as use of the unpacker, from their beginning to their end. */
const touching = <C extends Calls>(unpacker: Unpacker, calls: C): C =>
  Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [
      name,
      async (request: never, context: CallContext) => {
        unpacker.touch();
        try {
          return await call(request, context);
        } finally {
          unpacker.touch();
        }
      },
    ]),
  ) as C;
