import type { Role } from './roles.js';

const look = ['ImageUnpacker.GetStatus', 'Logger.Watch'];
const ingest = ['ObjectServer.CheckObjects'];
const publish = [
  'ImageUnpacker.AddDevice',
  'ImageUnpacker.AssociateStreamWithDevice',
  'ImageUnpacker.ExportImage',
  'ImageUnpacker.GetRaw',
  'ImageUnpacker.PrepareForCapture',
  'ImageUnpacker.PrepareForCopy',
  'ImageUnpacker.PrepareForUnpack',
  'ImageUnpacker.RemoveDevice',
  'ImageUnpacker.UnpackImage',
];

/** Which methods a role may call over SRPC, where certificates say so themselves: as over gRPC. Look-ups of images are open to whoever is trusted. */
export const srpcGrants: Readonly<Record<Role, readonly string[]>> = {
  reader: look,
  ingester: [...look, ...ingest],
  publisher: [...look, ...publish],
  operator: ['ImageUnpacker.*', 'Logger.Watch', ...ingest],
};

const methodsExtension = '1.3.6.1.4.1.9586.100.7.1';
const tags = { utf8String: 0x0c, sequence: 0x30 } as const;

/** The extension that grants methods: its identifier, whether it is critical, and its value, `SEQUENCE OF UTF8String`. */
export const srpcMethodList = (methods: readonly string[]): [string, boolean, Buffer] => {
  const elements = methods.map((method) => derElement(tags.utf8String, Buffer.from(method)));
  return [methodsExtension, false, derElement(tags.sequence, Buffer.concat(elements))];
};

/** X.690, 8.1.3: lengths from 128 on are preceded by how many bytes they take. */
const derElement = (tag: number, content: Buffer): Buffer => {
  const { length } = content;
  const long = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  const lengthBytes = length < 0x80 ? [length] : [0x80 | long.length, ...long];
  return Buffer.concat([Buffer.from([tag, ...lengthBytes]), content]);
};
