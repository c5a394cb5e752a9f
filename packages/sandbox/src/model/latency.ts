/** How long the state transitions take, in milliseconds. */
export interface Latency {
  /** Volume: `creating` to `available`. @default 40 */
  readonly createVolumeMs: number;
  /** Volume: `deleting` until it has gone. @default 30 */
  readonly deleteVolumeMs: number;
  /** Attachment: `attaching` to `attached`. @default 60 */
  readonly attachVolumeMs: number;
  /** Attachment: `detaching` until it has gone. @default 60 */
  readonly detachVolumeMs: number;
  /** Modification: `modifying` to `optimizing`, when the new size is there. @default 80 */
  readonly modifyVolumeMs: number;
  /** Modification: `optimizing` to `completed`. @default 200 */
  readonly optimizeVolumeMs: number;
  /** Snapshot: `pending` to `completed`. @default 300 */
  readonly completeSnapshotMs: number;
  /** Image: `pending` to `available`. @default 100 */
  readonly registerImageMs: number;
  /** Instance: `pending` to `running`. @default 150 */
  readonly startInstanceMs: number;
  /** Instance: `stopping` to `stopped`, at least; its program has to end as well. @default 100 */
  readonly stopInstanceMs: number;
}

/** Short enough for a demonstration, long enough that no caller gets by without waiting. */
export const defaultLatency: Latency = {
  createVolumeMs: 40,
  deleteVolumeMs: 30,
  attachVolumeMs: 60,
  detachVolumeMs: 60,
  modifyVolumeMs: 80,
  optimizeVolumeMs: 200,
  completeSnapshotMs: 300,
  registerImageMs: 100,
  startInstanceMs: 150,
  stopInstanceMs: 100,
};
