import type { CallObserver } from '@ami-publisher/protocol';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Unary calls take milliseconds, an update takes minutes; seconds. */
const durationBuckets = [0.005, 0.025, 0.1, 0.5, 2, 10, 60, 300, 1_800];

export interface DaemonMetricsOptions {
  readonly program: string;
  readonly version: string;
}

/** What every daemon measures, and the registry that its own measures join. */
export class DaemonMetrics {
  readonly registry = new Registry();
  readonly #durations: Histogram<'method' | 'code'>;
  readonly #running: Gauge<'method'>;

  constructor({ program, version }: DaemonMetricsOptions) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'ami_publisher_build_info',
      help: 'Always 1; which program and version this is.',
      labelNames: ['program', 'version'],
      registers,
    }).set({ program, version }, 1);
    this.#durations = new Histogram({
      name: 'ami_publisher_rpc_duration_seconds',
      help: 'gRPC calls that have ended, by method and status code.',
      labelNames: ['method', 'code'],
      buckets: durationBuckets,
      registers,
    });
    this.#running = new Gauge({
      name: 'ami_publisher_rpcs_running',
      help: 'gRPC calls that are under way.',
      labelNames: ['method'],
      registers,
    });
  }

  /** To be told of every call. */
  readonly observer: CallObserver = (method) => {
    const end = this.#durations.startTimer({ method });
    this.#running.inc({ method });
    return (code) => {
      end({ code });
      this.#running.dec({ method });
    };
  };

  /** How many calls of a method are under way. */
  async running(method: string): Promise<number> {
    const { values } = await this.#running.get();
    return values.find(({ labels }) => labels.method === method)?.value ?? 0;
  }

  /** Measures what `read` says at the time of the question: a value for each value of the label. */
  gauge(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect: () => {
        gauge.reset();
        for (const [value, count] of Object.entries(read())) gauge.set({ [label]: value }, count);
      },
    });
  }

  /** Measures what `read` says at the time of the question; nothing while it says undefined. */
  value(name: string, help: string, read: () => number | undefined | Promise<number>): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.registry],
      collect: async () => {
        const value = await read();
        if (value === undefined) gauge.remove();
        else gauge.set(value);
      },
    });
  }

  /** Measures when the server's certificate expires. @param expiresAt milliseconds since the Unix epoch; undefined in plain text */
  certificate(expiresAt: () => number | undefined): void {
    this.value(
      'ami_publisher_certificate_expiry_timestamp_seconds',
      'When the certificate of the server expires.',
      () => {
        const at = expiresAt();
        return at === undefined ? undefined : at / 1000;
      },
    );
  }

  /** Counts by labels, from 0 at the start of the daemon. */
  counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }
}
