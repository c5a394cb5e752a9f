export type { BootSettings } from './boot-settings.js';
export type { DriverName, RunningUnpacker, UnpackerOptions } from './start-unpacker.js';
export { startUnpacker } from './start-unpacker.js';
