/** How far an apply has come; files and bytes are those of the phase. */
export interface ApplyProgress {
  readonly phase: 'scanning' | 'fetching' | 'updating';
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** Counts what is done and reports it. */
export class Progress {
  phase: ApplyProgress['phase'] = 'scanning';
  filesDone = 0;
  filesTotal = 0;
  bytesDone = 0;
  bytesTotal = 0;
  bytesFetched = 0;
  bytesWritten = 0;

  constructor(readonly listener: ((progress: ApplyProgress) => void) | undefined) {}

  begin(phase: ApplyProgress['phase'], filesTotal: number, bytesTotal: number): void {
    Object.assign(this, { phase, filesTotal, bytesTotal, filesDone: 0, bytesDone: 0 });
    this.report();
  }

  report(): void {
    const { phase, filesDone, filesTotal, bytesDone, bytesTotal } = this;
    this.listener?.({ phase, filesDone, filesTotal, bytesDone, bytesTotal });
  }
}
