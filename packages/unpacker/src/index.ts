export type { BootSettings } from './boot-settings.js';
export type { VolumeRecord } from './driver/block/record.js';
export { readRecord as readVolumeRecord } from './driver/block/record.js';
export type { DriverName, RunningUnpacker, UnpackerOptions } from './start-unpacker.js';
export { startUnpacker } from './start-unpacker.js';
