import { announceImage } from './announce.js';
import { attachVolume } from './attach.js';
import { completeSnapshot } from './complete.js';
import { growVolume } from './grow.js';
import { protectImage } from './protect.js';
import { awaitImage, registerImage } from './register.js';
import { releaseStream } from './release.js';
import { retireVolume } from './retire.js';
import { shareImage } from './share.js';
import { takeSnapshot } from './snapshot.js';
import type { AnyPublishStep } from './step-type.js';
import { prepareVolume, unpackImage } from './unpack.js';
import { acquireLease, connectUnpacker } from './unpacker.js';
import { provideVolume } from './volume.js';

/** A publication in one target, in order. */
export const publishSteps: readonly AnyPublishStep[] = [
  connectUnpacker,
  acquireLease,
  provideVolume,
  attachVolume,
  growVolume,
  prepareVolume,
  unpackImage,
  takeSnapshot,
  releaseStream,
  completeSnapshot,
  registerImage,
  awaitImage,
  protectImage,
  shareImage,
  retireVolume,
  announceImage,
];
