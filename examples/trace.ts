/**
 * Publishes with traces: the SDK makes an OpenTelemetry span for each step of each target, and this program one for the publication, with its events.
 *
 *   node examples/trace.ts base/debian-12 2026-11-22 'prod,us-east-1'
 *
 * It prints spans. In place of the console, give an exporter of your own, such as that of `@opentelemetry/exporter-trace-otlp-http`.
 */
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { BasicTracerProvider, ConsoleSpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { openPublisher } from './open-publisher.js';

const [stream, leaf, selection = ''] = process.argv.slice(2);
if (stream === undefined || leaf === undefined) throw new Error('usage: trace.ts STREAM LEAF [TARGETS]');

const provider = new BasicTracerProvider({
  spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())],
});
trace.setGlobalTracerProvider(provider);

const { cloud, publisher, close } = await openPublisher();
const span = trace.getTracer('examples').startSpan('publication', { attributes: { stream, leaf } });
try {
  const plan = await publisher.plan({ stream, leaf, targets: await cloud.resolveTargets(selection) });
  const publication = publisher.start(plan);
  for await (const event of publication.events)
    if (event.code === 'PUB2002') span.addEvent(event.code, { target: event.target, status: event.status });
  const { ok } = await publication.results;
  span.setStatus({ code: ok ? SpanStatusCode.OK : SpanStatusCode.ERROR });
  if (!ok) process.exitCode = 1;
} finally {
  span.end();
  await provider.shutdown();
  await close();
}
