import { AmiPublisherError, formatBytes } from '@ami-publisher/base';
import type { UnpackerDevice, UnpackerStatus, UnpackerStream } from '@ami-publisher/core';

/** What forgetting a stream does. @throws `STREAM_NOT_FOUND`. */
export const lossesOfForget = (status: UnpackerStatus, name: string): readonly string[] => {
  const stream = streamOf(status, name);
  if (stream.deviceId === '') return [`forget stream ${name}, which has no volume`];
  return [`wipe ${volume(status, stream.deviceId)}, ${contents(stream)}`, `forget stream ${name}`];
};

/** What taking a volume away from an unpacker does. @throws `DEVICE_NOT_FOUND`. */
export const lossesOfRemove = (status: UnpackerStatus, deviceId: string): readonly string[] => {
  const { stream } = deviceOf(status, deviceId);
  const forget = `let go of ${volume(status, deviceId)}, which keeps what it holds`;
  return stream === '' ? [forget] : [`leave stream ${stream} without volume`, forget];
};

/** What giving a stream a volume does. @throws `DEVICE_NOT_FOUND`. */
export const lossesOfAssociate = (
  status: UnpackerStatus,
  name: string,
  deviceId: string,
): readonly string[] => {
  deviceOf(status, deviceId);
  const former = status.streams.find((stream) => stream.name === name)?.deviceId ?? '';
  if (former === deviceId) return [];
  return [
    `wipe ${volume(status, deviceId)}, if it holds anything but stream ${name}`,
    ...(former === '' ? [] : [`free ${volume(status, former)}, which keeps what it holds`]),
  ];
};

/** What claiming a volume by force does. */
export const lossesOfClaim = (deviceId: string): readonly string[] => [
  `take volume ${deviceId} whatever it holds; the stream that it is given to wipes it`,
];

const contents = ({ leaf, generation, state }: UnpackerStream): string =>
  leaf === ''
    ? `which holds no complete image (${state.toLowerCase()})`
    : `which holds leaf ${leaf} at generation ${generation}`;

const volume = (status: UnpackerStatus, deviceId: string): string => {
  const bytes = status.devices.find(({ id }) => id === deviceId)?.sizeBytes ?? 0;
  return `volume ${deviceId} (${bytes === 0 ? 'not attached' : formatBytes(bytes)})`;
};

const streamOf = ({ streams }: UnpackerStatus, name: string): UnpackerStream => {
  const stream = streams.find((one) => one.name === name);
  if (stream !== undefined) return stream;
  throw new AmiPublisherError('STREAM_NOT_FOUND', {
    message: `the unpacker has no stream ${name}`,
    resource: name,
  });
};

const deviceOf = ({ devices }: UnpackerStatus, deviceId: string): UnpackerDevice => {
  const device = devices.find(({ id }) => id === deviceId);
  if (device !== undefined) return device;
  throw new AmiPublisherError('DEVICE_NOT_FOUND', {
    message: `the unpacker does not know volume ${deviceId}`,
    resource: deviceId,
  });
};
