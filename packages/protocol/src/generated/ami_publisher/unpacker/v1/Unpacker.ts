// Original file: proto/ami_publisher/unpacker/v1/unpacker.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AcquireLeaseRequest as _ami_publisher_unpacker_v1_AcquireLeaseRequest, AcquireLeaseRequest__Output as _ami_publisher_unpacker_v1_AcquireLeaseRequest__Output } from '../../../ami_publisher/unpacker/v1/AcquireLeaseRequest.js';
import type { AddDeviceRequest as _ami_publisher_unpacker_v1_AddDeviceRequest, AddDeviceRequest__Output as _ami_publisher_unpacker_v1_AddDeviceRequest__Output } from '../../../ami_publisher/unpacker/v1/AddDeviceRequest.js';
import type { AssociateStreamRequest as _ami_publisher_unpacker_v1_AssociateStreamRequest, AssociateStreamRequest__Output as _ami_publisher_unpacker_v1_AssociateStreamRequest__Output } from '../../../ami_publisher/unpacker/v1/AssociateStreamRequest.js';
import type { CancelOperationRequest as _ami_publisher_unpacker_v1_CancelOperationRequest, CancelOperationRequest__Output as _ami_publisher_unpacker_v1_CancelOperationRequest__Output } from '../../../ami_publisher/unpacker/v1/CancelOperationRequest.js';
import type { ClaimDeviceRequest as _ami_publisher_unpacker_v1_ClaimDeviceRequest, ClaimDeviceRequest__Output as _ami_publisher_unpacker_v1_ClaimDeviceRequest__Output } from '../../../ami_publisher/unpacker/v1/ClaimDeviceRequest.js';
import type { ConfirmCaptureRequest as _ami_publisher_unpacker_v1_ConfirmCaptureRequest, ConfirmCaptureRequest__Output as _ami_publisher_unpacker_v1_ConfirmCaptureRequest__Output } from '../../../ami_publisher/unpacker/v1/ConfirmCaptureRequest.js';
import type { ConfirmCaptureResponse as _ami_publisher_unpacker_v1_ConfirmCaptureResponse, ConfirmCaptureResponse__Output as _ami_publisher_unpacker_v1_ConfirmCaptureResponse__Output } from '../../../ami_publisher/unpacker/v1/ConfirmCaptureResponse.js';
import type { CreateStreamRequest as _ami_publisher_unpacker_v1_CreateStreamRequest, CreateStreamRequest__Output as _ami_publisher_unpacker_v1_CreateStreamRequest__Output } from '../../../ami_publisher/unpacker/v1/CreateStreamRequest.js';
import type { Device as _ami_publisher_unpacker_v1_Device, Device__Output as _ami_publisher_unpacker_v1_Device__Output } from '../../../ami_publisher/unpacker/v1/Device.js';
import type { DrainRequest as _ami_publisher_unpacker_v1_DrainRequest, DrainRequest__Output as _ami_publisher_unpacker_v1_DrainRequest__Output } from '../../../ami_publisher/unpacker/v1/DrainRequest.js';
import type { DrainResponse as _ami_publisher_unpacker_v1_DrainResponse, DrainResponse__Output as _ami_publisher_unpacker_v1_DrainResponse__Output } from '../../../ami_publisher/unpacker/v1/DrainResponse.js';
import type { ExportImageRequest as _ami_publisher_unpacker_v1_ExportImageRequest, ExportImageRequest__Output as _ami_publisher_unpacker_v1_ExportImageRequest__Output } from '../../../ami_publisher/unpacker/v1/ExportImageRequest.js';
import type { ForgetStreamRequest as _ami_publisher_unpacker_v1_ForgetStreamRequest, ForgetStreamRequest__Output as _ami_publisher_unpacker_v1_ForgetStreamRequest__Output } from '../../../ami_publisher/unpacker/v1/ForgetStreamRequest.js';
import type { ForgetStreamResponse as _ami_publisher_unpacker_v1_ForgetStreamResponse, ForgetStreamResponse__Output as _ami_publisher_unpacker_v1_ForgetStreamResponse__Output } from '../../../ami_publisher/unpacker/v1/ForgetStreamResponse.js';
import type { GetOperationRequest as _ami_publisher_unpacker_v1_GetOperationRequest, GetOperationRequest__Output as _ami_publisher_unpacker_v1_GetOperationRequest__Output } from '../../../ami_publisher/unpacker/v1/GetOperationRequest.js';
import type { GetRawRequest as _ami_publisher_unpacker_v1_GetRawRequest, GetRawRequest__Output as _ami_publisher_unpacker_v1_GetRawRequest__Output } from '../../../ami_publisher/unpacker/v1/GetRawRequest.js';
import type { GetStatusRequest as _ami_publisher_unpacker_v1_GetStatusRequest, GetStatusRequest__Output as _ami_publisher_unpacker_v1_GetStatusRequest__Output } from '../../../ami_publisher/unpacker/v1/GetStatusRequest.js';
import type { GrowDeviceRequest as _ami_publisher_unpacker_v1_GrowDeviceRequest, GrowDeviceRequest__Output as _ami_publisher_unpacker_v1_GrowDeviceRequest__Output } from '../../../ami_publisher/unpacker/v1/GrowDeviceRequest.js';
import type { Lease as _ami_publisher_unpacker_v1_Lease, Lease__Output as _ami_publisher_unpacker_v1_Lease__Output } from '../../../ami_publisher/unpacker/v1/Lease.js';
import type { OfferRawRequest as _ami_publisher_unpacker_v1_OfferRawRequest, OfferRawRequest__Output as _ami_publisher_unpacker_v1_OfferRawRequest__Output } from '../../../ami_publisher/unpacker/v1/OfferRawRequest.js';
import type { Operation as _ami_publisher_unpacker_v1_Operation, Operation__Output as _ami_publisher_unpacker_v1_Operation__Output } from '../../../ami_publisher/unpacker/v1/Operation.js';
import type { OperationRequest as _ami_publisher_unpacker_v1_OperationRequest, OperationRequest__Output as _ami_publisher_unpacker_v1_OperationRequest__Output } from '../../../ami_publisher/unpacker/v1/OperationRequest.js';
import type { RawChunk as _ami_publisher_unpacker_v1_RawChunk, RawChunk__Output as _ami_publisher_unpacker_v1_RawChunk__Output } from '../../../ami_publisher/unpacker/v1/RawChunk.js';
import type { RawOffer as _ami_publisher_unpacker_v1_RawOffer, RawOffer__Output as _ami_publisher_unpacker_v1_RawOffer__Output } from '../../../ami_publisher/unpacker/v1/RawOffer.js';
import type { ReleaseLeaseRequest as _ami_publisher_unpacker_v1_ReleaseLeaseRequest, ReleaseLeaseRequest__Output as _ami_publisher_unpacker_v1_ReleaseLeaseRequest__Output } from '../../../ami_publisher/unpacker/v1/ReleaseLeaseRequest.js';
import type { ReleaseLeaseResponse as _ami_publisher_unpacker_v1_ReleaseLeaseResponse, ReleaseLeaseResponse__Output as _ami_publisher_unpacker_v1_ReleaseLeaseResponse__Output } from '../../../ami_publisher/unpacker/v1/ReleaseLeaseResponse.js';
import type { RemoveDeviceRequest as _ami_publisher_unpacker_v1_RemoveDeviceRequest, RemoveDeviceRequest__Output as _ami_publisher_unpacker_v1_RemoveDeviceRequest__Output } from '../../../ami_publisher/unpacker/v1/RemoveDeviceRequest.js';
import type { RemoveDeviceResponse as _ami_publisher_unpacker_v1_RemoveDeviceResponse, RemoveDeviceResponse__Output as _ami_publisher_unpacker_v1_RemoveDeviceResponse__Output } from '../../../ami_publisher/unpacker/v1/RemoveDeviceResponse.js';
import type { RenewLeaseRequest as _ami_publisher_unpacker_v1_RenewLeaseRequest, RenewLeaseRequest__Output as _ami_publisher_unpacker_v1_RenewLeaseRequest__Output } from '../../../ami_publisher/unpacker/v1/RenewLeaseRequest.js';
import type { Status as _ami_publisher_unpacker_v1_Status, Status__Output as _ami_publisher_unpacker_v1_Status__Output } from '../../../ami_publisher/unpacker/v1/Status.js';
import type { Stream as _ami_publisher_unpacker_v1_Stream, Stream__Output as _ami_publisher_unpacker_v1_Stream__Output } from '../../../ami_publisher/unpacker/v1/Stream.js';
import type { UnpackImageRequest as _ami_publisher_unpacker_v1_UnpackImageRequest, UnpackImageRequest__Output as _ami_publisher_unpacker_v1_UnpackImageRequest__Output } from '../../../ami_publisher/unpacker/v1/UnpackImageRequest.js';
import type { WatchStatusRequest as _ami_publisher_unpacker_v1_WatchStatusRequest, WatchStatusRequest__Output as _ami_publisher_unpacker_v1_WatchStatusRequest__Output } from '../../../ami_publisher/unpacker/v1/WatchStatusRequest.js';

/**
 * Keeps one volume per image stream and patches it from release to release.
 * 
 * Work on one stream is serial. Every call that changes a stream carries a lease on it; long calls carry an operation id
 * and stream their progress (section 4.2 of the design: leases, generations, operations).
 */
export interface UnpackerClient extends grpc.Client {
  AcquireLease(argument: _ami_publisher_unpacker_v1_AcquireLeaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  AcquireLease(argument: _ami_publisher_unpacker_v1_AcquireLeaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  AcquireLease(argument: _ami_publisher_unpacker_v1_AcquireLeaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  AcquireLease(argument: _ami_publisher_unpacker_v1_AcquireLeaseRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  acquireLease(argument: _ami_publisher_unpacker_v1_AcquireLeaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  acquireLease(argument: _ami_publisher_unpacker_v1_AcquireLeaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  acquireLease(argument: _ami_publisher_unpacker_v1_AcquireLeaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  acquireLease(argument: _ami_publisher_unpacker_v1_AcquireLeaseRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  
  /**
   * Waits until the device with this identity shows up, then records it and binds it to the stream in one transaction.
   */
  AddDevice(argument: _ami_publisher_unpacker_v1_AddDeviceRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  AddDevice(argument: _ami_publisher_unpacker_v1_AddDeviceRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  AddDevice(argument: _ami_publisher_unpacker_v1_AddDeviceRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  AddDevice(argument: _ami_publisher_unpacker_v1_AddDeviceRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  /**
   * Waits until the device with this identity shows up, then records it and binds it to the stream in one transaction.
   */
  addDevice(argument: _ami_publisher_unpacker_v1_AddDeviceRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  addDevice(argument: _ami_publisher_unpacker_v1_AddDeviceRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  addDevice(argument: _ami_publisher_unpacker_v1_AddDeviceRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  addDevice(argument: _ami_publisher_unpacker_v1_AddDeviceRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  
  AssociateStream(argument: _ami_publisher_unpacker_v1_AssociateStreamRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  AssociateStream(argument: _ami_publisher_unpacker_v1_AssociateStreamRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  AssociateStream(argument: _ami_publisher_unpacker_v1_AssociateStreamRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  AssociateStream(argument: _ami_publisher_unpacker_v1_AssociateStreamRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  associateStream(argument: _ami_publisher_unpacker_v1_AssociateStreamRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  associateStream(argument: _ami_publisher_unpacker_v1_AssociateStreamRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  associateStream(argument: _ami_publisher_unpacker_v1_AssociateStreamRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  associateStream(argument: _ami_publisher_unpacker_v1_AssociateStreamRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  
  CancelOperation(argument: _ami_publisher_unpacker_v1_CancelOperationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  CancelOperation(argument: _ami_publisher_unpacker_v1_CancelOperationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  CancelOperation(argument: _ami_publisher_unpacker_v1_CancelOperationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  CancelOperation(argument: _ami_publisher_unpacker_v1_CancelOperationRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  cancelOperation(argument: _ami_publisher_unpacker_v1_CancelOperationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  cancelOperation(argument: _ami_publisher_unpacker_v1_CancelOperationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  cancelOperation(argument: _ami_publisher_unpacker_v1_CancelOperationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  cancelOperation(argument: _ami_publisher_unpacker_v1_CancelOperationRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  
  /**
   * Records a device that is there already, without binding it.
   */
  ClaimDevice(argument: _ami_publisher_unpacker_v1_ClaimDeviceRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  ClaimDevice(argument: _ami_publisher_unpacker_v1_ClaimDeviceRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  ClaimDevice(argument: _ami_publisher_unpacker_v1_ClaimDeviceRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  ClaimDevice(argument: _ami_publisher_unpacker_v1_ClaimDeviceRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  /**
   * Records a device that is there already, without binding it.
   */
  claimDevice(argument: _ami_publisher_unpacker_v1_ClaimDeviceRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  claimDevice(argument: _ami_publisher_unpacker_v1_ClaimDeviceRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  claimDevice(argument: _ami_publisher_unpacker_v1_ClaimDeviceRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  claimDevice(argument: _ami_publisher_unpacker_v1_ClaimDeviceRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  
  /**
   * Succeeds if the volume is still sealed at this generation, which proves that a snapshot begun since then holds it.
   */
  ConfirmCapture(argument: _ami_publisher_unpacker_v1_ConfirmCaptureRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ConfirmCaptureResponse__Output>): grpc.ClientUnaryCall;
  ConfirmCapture(argument: _ami_publisher_unpacker_v1_ConfirmCaptureRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ConfirmCaptureResponse__Output>): grpc.ClientUnaryCall;
  ConfirmCapture(argument: _ami_publisher_unpacker_v1_ConfirmCaptureRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ConfirmCaptureResponse__Output>): grpc.ClientUnaryCall;
  ConfirmCapture(argument: _ami_publisher_unpacker_v1_ConfirmCaptureRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ConfirmCaptureResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Succeeds if the volume is still sealed at this generation, which proves that a snapshot begun since then holds it.
   */
  confirmCapture(argument: _ami_publisher_unpacker_v1_ConfirmCaptureRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ConfirmCaptureResponse__Output>): grpc.ClientUnaryCall;
  confirmCapture(argument: _ami_publisher_unpacker_v1_ConfirmCaptureRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ConfirmCaptureResponse__Output>): grpc.ClientUnaryCall;
  confirmCapture(argument: _ami_publisher_unpacker_v1_ConfirmCaptureRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ConfirmCaptureResponse__Output>): grpc.ClientUnaryCall;
  confirmCapture(argument: _ami_publisher_unpacker_v1_ConfirmCaptureRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ConfirmCaptureResponse__Output>): grpc.ClientUnaryCall;
  
  CreateStream(argument: _ami_publisher_unpacker_v1_CreateStreamRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  CreateStream(argument: _ami_publisher_unpacker_v1_CreateStreamRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  CreateStream(argument: _ami_publisher_unpacker_v1_CreateStreamRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  CreateStream(argument: _ami_publisher_unpacker_v1_CreateStreamRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  createStream(argument: _ami_publisher_unpacker_v1_CreateStreamRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  createStream(argument: _ami_publisher_unpacker_v1_CreateStreamRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  createStream(argument: _ami_publisher_unpacker_v1_CreateStreamRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  createStream(argument: _ami_publisher_unpacker_v1_CreateStreamRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Stream__Output>): grpc.ClientUnaryCall;
  
  /**
   * Refuses new leases for a while; precedes stop, terminate and replace of the instance.
   */
  Drain(argument: _ami_publisher_unpacker_v1_DrainRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  Drain(argument: _ami_publisher_unpacker_v1_DrainRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  Drain(argument: _ami_publisher_unpacker_v1_DrainRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  Drain(argument: _ami_publisher_unpacker_v1_DrainRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Refuses new leases for a while; precedes stop, terminate and replace of the instance.
   */
  drain(argument: _ami_publisher_unpacker_v1_DrainRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  drain(argument: _ami_publisher_unpacker_v1_DrainRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  drain(argument: _ami_publisher_unpacker_v1_DrainRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  drain(argument: _ami_publisher_unpacker_v1_DrainRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Seals the volume, then writes it as one file to where this unpacker may write.
   */
  ExportImage(argument: _ami_publisher_unpacker_v1_ExportImageRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  ExportImage(argument: _ami_publisher_unpacker_v1_ExportImageRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  /**
   * Seals the volume, then writes it as one file to where this unpacker may write.
   */
  exportImage(argument: _ami_publisher_unpacker_v1_ExportImageRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  exportImage(argument: _ami_publisher_unpacker_v1_ExportImageRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  
  ForgetStream(argument: _ami_publisher_unpacker_v1_ForgetStreamRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ForgetStreamResponse__Output>): grpc.ClientUnaryCall;
  ForgetStream(argument: _ami_publisher_unpacker_v1_ForgetStreamRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ForgetStreamResponse__Output>): grpc.ClientUnaryCall;
  ForgetStream(argument: _ami_publisher_unpacker_v1_ForgetStreamRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ForgetStreamResponse__Output>): grpc.ClientUnaryCall;
  ForgetStream(argument: _ami_publisher_unpacker_v1_ForgetStreamRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ForgetStreamResponse__Output>): grpc.ClientUnaryCall;
  forgetStream(argument: _ami_publisher_unpacker_v1_ForgetStreamRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ForgetStreamResponse__Output>): grpc.ClientUnaryCall;
  forgetStream(argument: _ami_publisher_unpacker_v1_ForgetStreamRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ForgetStreamResponse__Output>): grpc.ClientUnaryCall;
  forgetStream(argument: _ami_publisher_unpacker_v1_ForgetStreamRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ForgetStreamResponse__Output>): grpc.ClientUnaryCall;
  forgetStream(argument: _ami_publisher_unpacker_v1_ForgetStreamRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ForgetStreamResponse__Output>): grpc.ClientUnaryCall;
  
  GetOperation(argument: _ami_publisher_unpacker_v1_GetOperationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  GetOperation(argument: _ami_publisher_unpacker_v1_GetOperationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  GetOperation(argument: _ami_publisher_unpacker_v1_GetOperationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  GetOperation(argument: _ami_publisher_unpacker_v1_GetOperationRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  getOperation(argument: _ami_publisher_unpacker_v1_GetOperationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  getOperation(argument: _ami_publisher_unpacker_v1_GetOperationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  getOperation(argument: _ami_publisher_unpacker_v1_GetOperationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  getOperation(argument: _ami_publisher_unpacker_v1_GetOperationRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Operation__Output>): grpc.ClientUnaryCall;
  
  /**
   * Flushes and unmounts, then sends the volume's bytes. The stream does no other work until the transfer ends.
   */
  GetRaw(argument: _ami_publisher_unpacker_v1_GetRawRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_RawChunk__Output>;
  GetRaw(argument: _ami_publisher_unpacker_v1_GetRawRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_RawChunk__Output>;
  /**
   * Flushes and unmounts, then sends the volume's bytes. The stream does no other work until the transfer ends.
   */
  getRaw(argument: _ami_publisher_unpacker_v1_GetRawRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_RawChunk__Output>;
  getRaw(argument: _ami_publisher_unpacker_v1_GetRawRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_RawChunk__Output>;
  
  GetStatus(argument: _ami_publisher_unpacker_v1_GetStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Status__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _ami_publisher_unpacker_v1_GetStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Status__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _ami_publisher_unpacker_v1_GetStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Status__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _ami_publisher_unpacker_v1_GetStatusRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Status__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _ami_publisher_unpacker_v1_GetStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Status__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _ami_publisher_unpacker_v1_GetStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Status__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _ami_publisher_unpacker_v1_GetStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Status__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _ami_publisher_unpacker_v1_GetStatusRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Status__Output>): grpc.ClientUnaryCall;
  
  /**
   * Makes the file system fill its device after the device grew.
   */
  GrowDevice(argument: _ami_publisher_unpacker_v1_GrowDeviceRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  GrowDevice(argument: _ami_publisher_unpacker_v1_GrowDeviceRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  GrowDevice(argument: _ami_publisher_unpacker_v1_GrowDeviceRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  GrowDevice(argument: _ami_publisher_unpacker_v1_GrowDeviceRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  /**
   * Makes the file system fill its device after the device grew.
   */
  growDevice(argument: _ami_publisher_unpacker_v1_GrowDeviceRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  growDevice(argument: _ami_publisher_unpacker_v1_GrowDeviceRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  growDevice(argument: _ami_publisher_unpacker_v1_GrowDeviceRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  growDevice(argument: _ami_publisher_unpacker_v1_GrowDeviceRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Device__Output>): grpc.ClientUnaryCall;
  
  /**
   * Seals the volume, then lets whoever has the ticket fetch its bytes once, over HTTPS and without a client certificate. The stream does no
   * other work until the call ends, and the ticket is good for nothing then.
   */
  OfferRaw(argument: _ami_publisher_unpacker_v1_OfferRawRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_RawOffer__Output>;
  OfferRaw(argument: _ami_publisher_unpacker_v1_OfferRawRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_RawOffer__Output>;
  /**
   * Seals the volume, then lets whoever has the ticket fetch its bytes once, over HTTPS and without a client certificate. The stream does no
   * other work until the call ends, and the ticket is good for nothing then.
   */
  offerRaw(argument: _ami_publisher_unpacker_v1_OfferRawRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_RawOffer__Output>;
  offerRaw(argument: _ami_publisher_unpacker_v1_OfferRawRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_RawOffer__Output>;
  
  /**
   * Flushes, unmounts, seals. Fails unless the volume holds exactly one complete image.
   */
  PrepareForCapture(argument: _ami_publisher_unpacker_v1_OperationRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  PrepareForCapture(argument: _ami_publisher_unpacker_v1_OperationRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  /**
   * Flushes, unmounts, seals. Fails unless the volume holds exactly one complete image.
   */
  prepareForCapture(argument: _ami_publisher_unpacker_v1_OperationRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  prepareForCapture(argument: _ami_publisher_unpacker_v1_OperationRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  
  /**
   * Flushes and unmounts without sealing, so that something else can read the device. Fails unless the volume holds exactly one complete image.
   */
  PrepareForCopy(argument: _ami_publisher_unpacker_v1_OperationRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  PrepareForCopy(argument: _ami_publisher_unpacker_v1_OperationRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  /**
   * Flushes and unmounts without sealing, so that something else can read the device. Fails unless the volume holds exactly one complete image.
   */
  prepareForCopy(argument: _ami_publisher_unpacker_v1_OperationRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  prepareForCopy(argument: _ami_publisher_unpacker_v1_OperationRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  
  /**
   * Mounts and scans the volume, so that the next UnpackImage can start at once.
   */
  PrepareForUnpack(argument: _ami_publisher_unpacker_v1_OperationRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  PrepareForUnpack(argument: _ami_publisher_unpacker_v1_OperationRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  /**
   * Mounts and scans the volume, so that the next UnpackImage can start at once.
   */
  prepareForUnpack(argument: _ami_publisher_unpacker_v1_OperationRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  prepareForUnpack(argument: _ami_publisher_unpacker_v1_OperationRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  
  ReleaseLease(argument: _ami_publisher_unpacker_v1_ReleaseLeaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ReleaseLeaseResponse__Output>): grpc.ClientUnaryCall;
  ReleaseLease(argument: _ami_publisher_unpacker_v1_ReleaseLeaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ReleaseLeaseResponse__Output>): grpc.ClientUnaryCall;
  ReleaseLease(argument: _ami_publisher_unpacker_v1_ReleaseLeaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ReleaseLeaseResponse__Output>): grpc.ClientUnaryCall;
  ReleaseLease(argument: _ami_publisher_unpacker_v1_ReleaseLeaseRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ReleaseLeaseResponse__Output>): grpc.ClientUnaryCall;
  releaseLease(argument: _ami_publisher_unpacker_v1_ReleaseLeaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ReleaseLeaseResponse__Output>): grpc.ClientUnaryCall;
  releaseLease(argument: _ami_publisher_unpacker_v1_ReleaseLeaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ReleaseLeaseResponse__Output>): grpc.ClientUnaryCall;
  releaseLease(argument: _ami_publisher_unpacker_v1_ReleaseLeaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ReleaseLeaseResponse__Output>): grpc.ClientUnaryCall;
  releaseLease(argument: _ami_publisher_unpacker_v1_ReleaseLeaseRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_ReleaseLeaseResponse__Output>): grpc.ClientUnaryCall;
  
  RemoveDevice(argument: _ami_publisher_unpacker_v1_RemoveDeviceRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_RemoveDeviceResponse__Output>): grpc.ClientUnaryCall;
  RemoveDevice(argument: _ami_publisher_unpacker_v1_RemoveDeviceRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_RemoveDeviceResponse__Output>): grpc.ClientUnaryCall;
  RemoveDevice(argument: _ami_publisher_unpacker_v1_RemoveDeviceRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_RemoveDeviceResponse__Output>): grpc.ClientUnaryCall;
  RemoveDevice(argument: _ami_publisher_unpacker_v1_RemoveDeviceRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_RemoveDeviceResponse__Output>): grpc.ClientUnaryCall;
  removeDevice(argument: _ami_publisher_unpacker_v1_RemoveDeviceRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_RemoveDeviceResponse__Output>): grpc.ClientUnaryCall;
  removeDevice(argument: _ami_publisher_unpacker_v1_RemoveDeviceRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_RemoveDeviceResponse__Output>): grpc.ClientUnaryCall;
  removeDevice(argument: _ami_publisher_unpacker_v1_RemoveDeviceRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_RemoveDeviceResponse__Output>): grpc.ClientUnaryCall;
  removeDevice(argument: _ami_publisher_unpacker_v1_RemoveDeviceRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_RemoveDeviceResponse__Output>): grpc.ClientUnaryCall;
  
  RenewLease(argument: _ami_publisher_unpacker_v1_RenewLeaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  RenewLease(argument: _ami_publisher_unpacker_v1_RenewLeaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  RenewLease(argument: _ami_publisher_unpacker_v1_RenewLeaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  RenewLease(argument: _ami_publisher_unpacker_v1_RenewLeaseRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  renewLease(argument: _ami_publisher_unpacker_v1_RenewLeaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  renewLease(argument: _ami_publisher_unpacker_v1_RenewLeaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  renewLease(argument: _ami_publisher_unpacker_v1_RenewLeaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  renewLease(argument: _ami_publisher_unpacker_v1_RenewLeaseRequest, callback: grpc.requestCallback<_ami_publisher_unpacker_v1_Lease__Output>): grpc.ClientUnaryCall;
  
  UnpackImage(argument: _ami_publisher_unpacker_v1_UnpackImageRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  UnpackImage(argument: _ami_publisher_unpacker_v1_UnpackImageRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  unpackImage(argument: _ami_publisher_unpacker_v1_UnpackImageRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  unpackImage(argument: _ami_publisher_unpacker_v1_UnpackImageRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Operation__Output>;
  
  /**
   * The status now, and again after each change, at most twice a second.
   */
  WatchStatus(argument: _ami_publisher_unpacker_v1_WatchStatusRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Status__Output>;
  WatchStatus(argument: _ami_publisher_unpacker_v1_WatchStatusRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Status__Output>;
  /**
   * The status now, and again after each change, at most twice a second.
   */
  watchStatus(argument: _ami_publisher_unpacker_v1_WatchStatusRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Status__Output>;
  watchStatus(argument: _ami_publisher_unpacker_v1_WatchStatusRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_ami_publisher_unpacker_v1_Status__Output>;
  
}

/**
 * Keeps one volume per image stream and patches it from release to release.
 * 
 * Work on one stream is serial. Every call that changes a stream carries a lease on it; long calls carry an operation id
 * and stream their progress (section 4.2 of the design: leases, generations, operations).
 */
export interface UnpackerHandlers extends grpc.UntypedServiceImplementation {
  AcquireLease: grpc.handleUnaryCall<_ami_publisher_unpacker_v1_AcquireLeaseRequest__Output, _ami_publisher_unpacker_v1_Lease>;
  
  /**
   * Waits until the device with this identity shows up, then records it and binds it to the stream in one transaction.
   */
  AddDevice: grpc.handleUnaryCall<_ami_publisher_unpacker_v1_AddDeviceRequest__Output, _ami_publisher_unpacker_v1_Device>;
  
  AssociateStream: grpc.handleUnaryCall<_ami_publisher_unpacker_v1_AssociateStreamRequest__Output, _ami_publisher_unpacker_v1_Stream>;
  
  CancelOperation: grpc.handleUnaryCall<_ami_publisher_unpacker_v1_CancelOperationRequest__Output, _ami_publisher_unpacker_v1_Operation>;
  
  /**
   * Records a device that is there already, without binding it.
   */
  ClaimDevice: grpc.handleUnaryCall<_ami_publisher_unpacker_v1_ClaimDeviceRequest__Output, _ami_publisher_unpacker_v1_Device>;
  
  /**
   * Succeeds if the volume is still sealed at this generation, which proves that a snapshot begun since then holds it.
   */
  ConfirmCapture: grpc.handleUnaryCall<_ami_publisher_unpacker_v1_ConfirmCaptureRequest__Output, _ami_publisher_unpacker_v1_ConfirmCaptureResponse>;
  
  CreateStream: grpc.handleUnaryCall<_ami_publisher_unpacker_v1_CreateStreamRequest__Output, _ami_publisher_unpacker_v1_Stream>;
  
  /**
   * Refuses new leases for a while; precedes stop, terminate and replace of the instance.
   */
  Drain: grpc.handleUnaryCall<_ami_publisher_unpacker_v1_DrainRequest__Output, _ami_publisher_unpacker_v1_DrainResponse>;
  
  /**
   * Seals the volume, then writes it as one file to where this unpacker may write.
   */
  ExportImage: grpc.handleServerStreamingCall<_ami_publisher_unpacker_v1_ExportImageRequest__Output, _ami_publisher_unpacker_v1_Operation>;
  
  ForgetStream: grpc.handleUnaryCall<_ami_publisher_unpacker_v1_ForgetStreamRequest__Output, _ami_publisher_unpacker_v1_ForgetStreamResponse>;
  
  GetOperation: grpc.handleUnaryCall<_ami_publisher_unpacker_v1_GetOperationRequest__Output, _ami_publisher_unpacker_v1_Operation>;
  
  /**
   * Flushes and unmounts, then sends the volume's bytes. The stream does no other work until the transfer ends.
   */
  GetRaw: grpc.handleServerStreamingCall<_ami_publisher_unpacker_v1_GetRawRequest__Output, _ami_publisher_unpacker_v1_RawChunk>;
  
  GetStatus: grpc.handleUnaryCall<_ami_publisher_unpacker_v1_GetStatusRequest__Output, _ami_publisher_unpacker_v1_Status>;
  
  /**
   * Makes the file system fill its device after the device grew.
   */
  GrowDevice: grpc.handleUnaryCall<_ami_publisher_unpacker_v1_GrowDeviceRequest__Output, _ami_publisher_unpacker_v1_Device>;
  
  /**
   * Seals the volume, then lets whoever has the ticket fetch its bytes once, over HTTPS and without a client certificate. The stream does no
   * other work until the call ends, and the ticket is good for nothing then.
   */
  OfferRaw: grpc.handleServerStreamingCall<_ami_publisher_unpacker_v1_OfferRawRequest__Output, _ami_publisher_unpacker_v1_RawOffer>;
  
  /**
   * Flushes, unmounts, seals. Fails unless the volume holds exactly one complete image.
   */
  PrepareForCapture: grpc.handleServerStreamingCall<_ami_publisher_unpacker_v1_OperationRequest__Output, _ami_publisher_unpacker_v1_Operation>;
  
  /**
   * Flushes and unmounts without sealing, so that something else can read the device. Fails unless the volume holds exactly one complete image.
   */
  PrepareForCopy: grpc.handleServerStreamingCall<_ami_publisher_unpacker_v1_OperationRequest__Output, _ami_publisher_unpacker_v1_Operation>;
  
  /**
   * Mounts and scans the volume, so that the next UnpackImage can start at once.
   */
  PrepareForUnpack: grpc.handleServerStreamingCall<_ami_publisher_unpacker_v1_OperationRequest__Output, _ami_publisher_unpacker_v1_Operation>;
  
  ReleaseLease: grpc.handleUnaryCall<_ami_publisher_unpacker_v1_ReleaseLeaseRequest__Output, _ami_publisher_unpacker_v1_ReleaseLeaseResponse>;
  
  RemoveDevice: grpc.handleUnaryCall<_ami_publisher_unpacker_v1_RemoveDeviceRequest__Output, _ami_publisher_unpacker_v1_RemoveDeviceResponse>;
  
  RenewLease: grpc.handleUnaryCall<_ami_publisher_unpacker_v1_RenewLeaseRequest__Output, _ami_publisher_unpacker_v1_Lease>;
  
  UnpackImage: grpc.handleServerStreamingCall<_ami_publisher_unpacker_v1_UnpackImageRequest__Output, _ami_publisher_unpacker_v1_Operation>;
  
  /**
   * The status now, and again after each change, at most twice a second.
   */
  WatchStatus: grpc.handleServerStreamingCall<_ami_publisher_unpacker_v1_WatchStatusRequest__Output, _ami_publisher_unpacker_v1_Status>;
  
}

export interface UnpackerDefinition extends grpc.ServiceDefinition {
  AcquireLease: MethodDefinition<_ami_publisher_unpacker_v1_AcquireLeaseRequest, _ami_publisher_unpacker_v1_Lease, _ami_publisher_unpacker_v1_AcquireLeaseRequest__Output, _ami_publisher_unpacker_v1_Lease__Output>
  AddDevice: MethodDefinition<_ami_publisher_unpacker_v1_AddDeviceRequest, _ami_publisher_unpacker_v1_Device, _ami_publisher_unpacker_v1_AddDeviceRequest__Output, _ami_publisher_unpacker_v1_Device__Output>
  AssociateStream: MethodDefinition<_ami_publisher_unpacker_v1_AssociateStreamRequest, _ami_publisher_unpacker_v1_Stream, _ami_publisher_unpacker_v1_AssociateStreamRequest__Output, _ami_publisher_unpacker_v1_Stream__Output>
  CancelOperation: MethodDefinition<_ami_publisher_unpacker_v1_CancelOperationRequest, _ami_publisher_unpacker_v1_Operation, _ami_publisher_unpacker_v1_CancelOperationRequest__Output, _ami_publisher_unpacker_v1_Operation__Output>
  ClaimDevice: MethodDefinition<_ami_publisher_unpacker_v1_ClaimDeviceRequest, _ami_publisher_unpacker_v1_Device, _ami_publisher_unpacker_v1_ClaimDeviceRequest__Output, _ami_publisher_unpacker_v1_Device__Output>
  ConfirmCapture: MethodDefinition<_ami_publisher_unpacker_v1_ConfirmCaptureRequest, _ami_publisher_unpacker_v1_ConfirmCaptureResponse, _ami_publisher_unpacker_v1_ConfirmCaptureRequest__Output, _ami_publisher_unpacker_v1_ConfirmCaptureResponse__Output>
  CreateStream: MethodDefinition<_ami_publisher_unpacker_v1_CreateStreamRequest, _ami_publisher_unpacker_v1_Stream, _ami_publisher_unpacker_v1_CreateStreamRequest__Output, _ami_publisher_unpacker_v1_Stream__Output>
  Drain: MethodDefinition<_ami_publisher_unpacker_v1_DrainRequest, _ami_publisher_unpacker_v1_DrainResponse, _ami_publisher_unpacker_v1_DrainRequest__Output, _ami_publisher_unpacker_v1_DrainResponse__Output>
  ExportImage: MethodDefinition<_ami_publisher_unpacker_v1_ExportImageRequest, _ami_publisher_unpacker_v1_Operation, _ami_publisher_unpacker_v1_ExportImageRequest__Output, _ami_publisher_unpacker_v1_Operation__Output>
  ForgetStream: MethodDefinition<_ami_publisher_unpacker_v1_ForgetStreamRequest, _ami_publisher_unpacker_v1_ForgetStreamResponse, _ami_publisher_unpacker_v1_ForgetStreamRequest__Output, _ami_publisher_unpacker_v1_ForgetStreamResponse__Output>
  GetOperation: MethodDefinition<_ami_publisher_unpacker_v1_GetOperationRequest, _ami_publisher_unpacker_v1_Operation, _ami_publisher_unpacker_v1_GetOperationRequest__Output, _ami_publisher_unpacker_v1_Operation__Output>
  GetRaw: MethodDefinition<_ami_publisher_unpacker_v1_GetRawRequest, _ami_publisher_unpacker_v1_RawChunk, _ami_publisher_unpacker_v1_GetRawRequest__Output, _ami_publisher_unpacker_v1_RawChunk__Output>
  GetStatus: MethodDefinition<_ami_publisher_unpacker_v1_GetStatusRequest, _ami_publisher_unpacker_v1_Status, _ami_publisher_unpacker_v1_GetStatusRequest__Output, _ami_publisher_unpacker_v1_Status__Output>
  GrowDevice: MethodDefinition<_ami_publisher_unpacker_v1_GrowDeviceRequest, _ami_publisher_unpacker_v1_Device, _ami_publisher_unpacker_v1_GrowDeviceRequest__Output, _ami_publisher_unpacker_v1_Device__Output>
  OfferRaw: MethodDefinition<_ami_publisher_unpacker_v1_OfferRawRequest, _ami_publisher_unpacker_v1_RawOffer, _ami_publisher_unpacker_v1_OfferRawRequest__Output, _ami_publisher_unpacker_v1_RawOffer__Output>
  PrepareForCapture: MethodDefinition<_ami_publisher_unpacker_v1_OperationRequest, _ami_publisher_unpacker_v1_Operation, _ami_publisher_unpacker_v1_OperationRequest__Output, _ami_publisher_unpacker_v1_Operation__Output>
  PrepareForCopy: MethodDefinition<_ami_publisher_unpacker_v1_OperationRequest, _ami_publisher_unpacker_v1_Operation, _ami_publisher_unpacker_v1_OperationRequest__Output, _ami_publisher_unpacker_v1_Operation__Output>
  PrepareForUnpack: MethodDefinition<_ami_publisher_unpacker_v1_OperationRequest, _ami_publisher_unpacker_v1_Operation, _ami_publisher_unpacker_v1_OperationRequest__Output, _ami_publisher_unpacker_v1_Operation__Output>
  ReleaseLease: MethodDefinition<_ami_publisher_unpacker_v1_ReleaseLeaseRequest, _ami_publisher_unpacker_v1_ReleaseLeaseResponse, _ami_publisher_unpacker_v1_ReleaseLeaseRequest__Output, _ami_publisher_unpacker_v1_ReleaseLeaseResponse__Output>
  RemoveDevice: MethodDefinition<_ami_publisher_unpacker_v1_RemoveDeviceRequest, _ami_publisher_unpacker_v1_RemoveDeviceResponse, _ami_publisher_unpacker_v1_RemoveDeviceRequest__Output, _ami_publisher_unpacker_v1_RemoveDeviceResponse__Output>
  RenewLease: MethodDefinition<_ami_publisher_unpacker_v1_RenewLeaseRequest, _ami_publisher_unpacker_v1_Lease, _ami_publisher_unpacker_v1_RenewLeaseRequest__Output, _ami_publisher_unpacker_v1_Lease__Output>
  UnpackImage: MethodDefinition<_ami_publisher_unpacker_v1_UnpackImageRequest, _ami_publisher_unpacker_v1_Operation, _ami_publisher_unpacker_v1_UnpackImageRequest__Output, _ami_publisher_unpacker_v1_Operation__Output>
  WatchStatus: MethodDefinition<_ami_publisher_unpacker_v1_WatchStatusRequest, _ami_publisher_unpacker_v1_Status, _ami_publisher_unpacker_v1_WatchStatusRequest__Output, _ami_publisher_unpacker_v1_Status__Output>
}
