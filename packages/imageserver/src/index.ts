export type { ImageServerOptions, RunningImageServer } from './image-server.js';
export { startImageServer } from './image-server.js';
