export type { CallObserver } from './calls.js';
export type { CertificateFolder, InspectedCertificate } from './certificate-folder.js';
export { inspectCertificateFolder } from './certificate-folder.js';
export type { CertificateAuthority, IssuedCertificate, IssueOptions } from './certificates.js';
export { createCertificateAuthority, loadCertificateAuthority } from './certificates.js';
export type { CallOptions, ClientOptions, ImageServerClient, UnpackerRpcClient } from './client.js';
export { createImageServerClient, createUnpackerClient } from './client.js';
export type { ProbedDaemon, ProbeOptions } from './daemon-probe.js';
export { probeDaemon } from './daemon-probe.js';
export type { Image__Output as ImageMessage } from './generated/ami_publisher/image/v1/Image.js';
export type { Device__Output as DeviceMessage } from './generated/ami_publisher/unpacker/v1/Device.js';
export type { Lease__Output as LeaseMessage } from './generated/ami_publisher/unpacker/v1/Lease.js';
export type { LeaseRef__Output as LeaseRefMessage } from './generated/ami_publisher/unpacker/v1/LeaseRef.js';
export type {
  Operation as OperationInput,
  Operation__Output as OperationMessage,
} from './generated/ami_publisher/unpacker/v1/Operation.js';
export type { RawOffer__Output as RawOfferMessage } from './generated/ami_publisher/unpacker/v1/RawOffer.js';
export type { Status__Output as StatusMessage } from './generated/ami_publisher/unpacker/v1/Status.js';
export type { Stream__Output as StreamMessage } from './generated/ami_publisher/unpacker/v1/Stream.js';
export type { StreamState__Output as StreamStateName } from './generated/ami_publisher/unpacker/v1/StreamState.js';
export type { Identity } from './listen/certificate-files.js';
export type { HttpHandler } from './listen/http.js';
export type { WireProtocol } from './listen/wire-protocol.js';
export { isLoopback } from './loopback.js';
export type { ServerName } from './names.js';
export { formatServerName } from './names.js';
export type { Role } from './roles.js';
export { roles } from './roles.js';
export type { RunningServer, ServerOptions } from './server.js';
export { startServer } from './server.js';
export type { CallContext, Caller, ImageServerHandlers, Service, UnpackerHandlers } from './service.js';
export { imageServerService, unpackerService } from './service.js';
export type { ClientTls, ReadClientTlsOptions, ServerTls } from './tls.js';
export { readClientTls } from './tls.js';
