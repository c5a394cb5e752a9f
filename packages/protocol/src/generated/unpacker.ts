import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AcquireLeaseRequest as _ami_publisher_unpacker_v1_AcquireLeaseRequest, AcquireLeaseRequest__Output as _ami_publisher_unpacker_v1_AcquireLeaseRequest__Output } from './ami_publisher/unpacker/v1/AcquireLeaseRequest.js';
import type { AddDeviceRequest as _ami_publisher_unpacker_v1_AddDeviceRequest, AddDeviceRequest__Output as _ami_publisher_unpacker_v1_AddDeviceRequest__Output } from './ami_publisher/unpacker/v1/AddDeviceRequest.js';
import type { AssociateStreamRequest as _ami_publisher_unpacker_v1_AssociateStreamRequest, AssociateStreamRequest__Output as _ami_publisher_unpacker_v1_AssociateStreamRequest__Output } from './ami_publisher/unpacker/v1/AssociateStreamRequest.js';
import type { CancelOperationRequest as _ami_publisher_unpacker_v1_CancelOperationRequest, CancelOperationRequest__Output as _ami_publisher_unpacker_v1_CancelOperationRequest__Output } from './ami_publisher/unpacker/v1/CancelOperationRequest.js';
import type { CaptureResult as _ami_publisher_unpacker_v1_CaptureResult, CaptureResult__Output as _ami_publisher_unpacker_v1_CaptureResult__Output } from './ami_publisher/unpacker/v1/CaptureResult.js';
import type { ClaimDeviceRequest as _ami_publisher_unpacker_v1_ClaimDeviceRequest, ClaimDeviceRequest__Output as _ami_publisher_unpacker_v1_ClaimDeviceRequest__Output } from './ami_publisher/unpacker/v1/ClaimDeviceRequest.js';
import type { ConfirmCaptureRequest as _ami_publisher_unpacker_v1_ConfirmCaptureRequest, ConfirmCaptureRequest__Output as _ami_publisher_unpacker_v1_ConfirmCaptureRequest__Output } from './ami_publisher/unpacker/v1/ConfirmCaptureRequest.js';
import type { ConfirmCaptureResponse as _ami_publisher_unpacker_v1_ConfirmCaptureResponse, ConfirmCaptureResponse__Output as _ami_publisher_unpacker_v1_ConfirmCaptureResponse__Output } from './ami_publisher/unpacker/v1/ConfirmCaptureResponse.js';
import type { CreateStreamRequest as _ami_publisher_unpacker_v1_CreateStreamRequest, CreateStreamRequest__Output as _ami_publisher_unpacker_v1_CreateStreamRequest__Output } from './ami_publisher/unpacker/v1/CreateStreamRequest.js';
import type { Device as _ami_publisher_unpacker_v1_Device, Device__Output as _ami_publisher_unpacker_v1_Device__Output } from './ami_publisher/unpacker/v1/Device.js';
import type { DrainRequest as _ami_publisher_unpacker_v1_DrainRequest, DrainRequest__Output as _ami_publisher_unpacker_v1_DrainRequest__Output } from './ami_publisher/unpacker/v1/DrainRequest.js';
import type { DrainResponse as _ami_publisher_unpacker_v1_DrainResponse, DrainResponse__Output as _ami_publisher_unpacker_v1_DrainResponse__Output } from './ami_publisher/unpacker/v1/DrainResponse.js';
import type { ErrorReport as _ami_publisher_unpacker_v1_ErrorReport, ErrorReport__Output as _ami_publisher_unpacker_v1_ErrorReport__Output } from './ami_publisher/unpacker/v1/ErrorReport.js';
import type { ExportImageRequest as _ami_publisher_unpacker_v1_ExportImageRequest, ExportImageRequest__Output as _ami_publisher_unpacker_v1_ExportImageRequest__Output } from './ami_publisher/unpacker/v1/ExportImageRequest.js';
import type { ExportResult as _ami_publisher_unpacker_v1_ExportResult, ExportResult__Output as _ami_publisher_unpacker_v1_ExportResult__Output } from './ami_publisher/unpacker/v1/ExportResult.js';
import type { ForgetStreamRequest as _ami_publisher_unpacker_v1_ForgetStreamRequest, ForgetStreamRequest__Output as _ami_publisher_unpacker_v1_ForgetStreamRequest__Output } from './ami_publisher/unpacker/v1/ForgetStreamRequest.js';
import type { ForgetStreamResponse as _ami_publisher_unpacker_v1_ForgetStreamResponse, ForgetStreamResponse__Output as _ami_publisher_unpacker_v1_ForgetStreamResponse__Output } from './ami_publisher/unpacker/v1/ForgetStreamResponse.js';
import type { GetOperationRequest as _ami_publisher_unpacker_v1_GetOperationRequest, GetOperationRequest__Output as _ami_publisher_unpacker_v1_GetOperationRequest__Output } from './ami_publisher/unpacker/v1/GetOperationRequest.js';
import type { GetRawRequest as _ami_publisher_unpacker_v1_GetRawRequest, GetRawRequest__Output as _ami_publisher_unpacker_v1_GetRawRequest__Output } from './ami_publisher/unpacker/v1/GetRawRequest.js';
import type { GetStatusRequest as _ami_publisher_unpacker_v1_GetStatusRequest, GetStatusRequest__Output as _ami_publisher_unpacker_v1_GetStatusRequest__Output } from './ami_publisher/unpacker/v1/GetStatusRequest.js';
import type { GrowDeviceRequest as _ami_publisher_unpacker_v1_GrowDeviceRequest, GrowDeviceRequest__Output as _ami_publisher_unpacker_v1_GrowDeviceRequest__Output } from './ami_publisher/unpacker/v1/GrowDeviceRequest.js';
import type { Lease as _ami_publisher_unpacker_v1_Lease, Lease__Output as _ami_publisher_unpacker_v1_Lease__Output } from './ami_publisher/unpacker/v1/Lease.js';
import type { LeaseRef as _ami_publisher_unpacker_v1_LeaseRef, LeaseRef__Output as _ami_publisher_unpacker_v1_LeaseRef__Output } from './ami_publisher/unpacker/v1/LeaseRef.js';
import type { OfferRawRequest as _ami_publisher_unpacker_v1_OfferRawRequest, OfferRawRequest__Output as _ami_publisher_unpacker_v1_OfferRawRequest__Output } from './ami_publisher/unpacker/v1/OfferRawRequest.js';
import type { Operation as _ami_publisher_unpacker_v1_Operation, Operation__Output as _ami_publisher_unpacker_v1_Operation__Output } from './ami_publisher/unpacker/v1/Operation.js';
import type { OperationRequest as _ami_publisher_unpacker_v1_OperationRequest, OperationRequest__Output as _ami_publisher_unpacker_v1_OperationRequest__Output } from './ami_publisher/unpacker/v1/OperationRequest.js';
import type { RawChunk as _ami_publisher_unpacker_v1_RawChunk, RawChunk__Output as _ami_publisher_unpacker_v1_RawChunk__Output } from './ami_publisher/unpacker/v1/RawChunk.js';
import type { RawOffer as _ami_publisher_unpacker_v1_RawOffer, RawOffer__Output as _ami_publisher_unpacker_v1_RawOffer__Output } from './ami_publisher/unpacker/v1/RawOffer.js';
import type { ReleaseLeaseRequest as _ami_publisher_unpacker_v1_ReleaseLeaseRequest, ReleaseLeaseRequest__Output as _ami_publisher_unpacker_v1_ReleaseLeaseRequest__Output } from './ami_publisher/unpacker/v1/ReleaseLeaseRequest.js';
import type { ReleaseLeaseResponse as _ami_publisher_unpacker_v1_ReleaseLeaseResponse, ReleaseLeaseResponse__Output as _ami_publisher_unpacker_v1_ReleaseLeaseResponse__Output } from './ami_publisher/unpacker/v1/ReleaseLeaseResponse.js';
import type { RemoveDeviceRequest as _ami_publisher_unpacker_v1_RemoveDeviceRequest, RemoveDeviceRequest__Output as _ami_publisher_unpacker_v1_RemoveDeviceRequest__Output } from './ami_publisher/unpacker/v1/RemoveDeviceRequest.js';
import type { RemoveDeviceResponse as _ami_publisher_unpacker_v1_RemoveDeviceResponse, RemoveDeviceResponse__Output as _ami_publisher_unpacker_v1_RemoveDeviceResponse__Output } from './ami_publisher/unpacker/v1/RemoveDeviceResponse.js';
import type { RenewLeaseRequest as _ami_publisher_unpacker_v1_RenewLeaseRequest, RenewLeaseRequest__Output as _ami_publisher_unpacker_v1_RenewLeaseRequest__Output } from './ami_publisher/unpacker/v1/RenewLeaseRequest.js';
import type { Status as _ami_publisher_unpacker_v1_Status, Status__Output as _ami_publisher_unpacker_v1_Status__Output } from './ami_publisher/unpacker/v1/Status.js';
import type { Stream as _ami_publisher_unpacker_v1_Stream, Stream__Output as _ami_publisher_unpacker_v1_Stream__Output } from './ami_publisher/unpacker/v1/Stream.js';
import type { UnpackImageRequest as _ami_publisher_unpacker_v1_UnpackImageRequest, UnpackImageRequest__Output as _ami_publisher_unpacker_v1_UnpackImageRequest__Output } from './ami_publisher/unpacker/v1/UnpackImageRequest.js';
import type { UnpackResult as _ami_publisher_unpacker_v1_UnpackResult, UnpackResult__Output as _ami_publisher_unpacker_v1_UnpackResult__Output } from './ami_publisher/unpacker/v1/UnpackResult.js';
import type { UnpackerClient as _ami_publisher_unpacker_v1_UnpackerClient, UnpackerDefinition as _ami_publisher_unpacker_v1_UnpackerDefinition } from './ami_publisher/unpacker/v1/Unpacker.js';
import type { WatchStatusRequest as _ami_publisher_unpacker_v1_WatchStatusRequest, WatchStatusRequest__Output as _ami_publisher_unpacker_v1_WatchStatusRequest__Output } from './ami_publisher/unpacker/v1/WatchStatusRequest.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  ami_publisher: {
    unpacker: {
      v1: {
        AcquireLeaseRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_AcquireLeaseRequest, _ami_publisher_unpacker_v1_AcquireLeaseRequest__Output>
        AddDeviceRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_AddDeviceRequest, _ami_publisher_unpacker_v1_AddDeviceRequest__Output>
        AssociateStreamRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_AssociateStreamRequest, _ami_publisher_unpacker_v1_AssociateStreamRequest__Output>
        CancelOperationRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_CancelOperationRequest, _ami_publisher_unpacker_v1_CancelOperationRequest__Output>
        CaptureResult: MessageTypeDefinition<_ami_publisher_unpacker_v1_CaptureResult, _ami_publisher_unpacker_v1_CaptureResult__Output>
        ClaimDeviceRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_ClaimDeviceRequest, _ami_publisher_unpacker_v1_ClaimDeviceRequest__Output>
        ConfirmCaptureRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_ConfirmCaptureRequest, _ami_publisher_unpacker_v1_ConfirmCaptureRequest__Output>
        ConfirmCaptureResponse: MessageTypeDefinition<_ami_publisher_unpacker_v1_ConfirmCaptureResponse, _ami_publisher_unpacker_v1_ConfirmCaptureResponse__Output>
        CreateStreamRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_CreateStreamRequest, _ami_publisher_unpacker_v1_CreateStreamRequest__Output>
        Device: MessageTypeDefinition<_ami_publisher_unpacker_v1_Device, _ami_publisher_unpacker_v1_Device__Output>
        DrainRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_DrainRequest, _ami_publisher_unpacker_v1_DrainRequest__Output>
        DrainResponse: MessageTypeDefinition<_ami_publisher_unpacker_v1_DrainResponse, _ami_publisher_unpacker_v1_DrainResponse__Output>
        ErrorReport: MessageTypeDefinition<_ami_publisher_unpacker_v1_ErrorReport, _ami_publisher_unpacker_v1_ErrorReport__Output>
        ExportImageRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_ExportImageRequest, _ami_publisher_unpacker_v1_ExportImageRequest__Output>
        ExportResult: MessageTypeDefinition<_ami_publisher_unpacker_v1_ExportResult, _ami_publisher_unpacker_v1_ExportResult__Output>
        ForgetStreamRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_ForgetStreamRequest, _ami_publisher_unpacker_v1_ForgetStreamRequest__Output>
        ForgetStreamResponse: MessageTypeDefinition<_ami_publisher_unpacker_v1_ForgetStreamResponse, _ami_publisher_unpacker_v1_ForgetStreamResponse__Output>
        GetOperationRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_GetOperationRequest, _ami_publisher_unpacker_v1_GetOperationRequest__Output>
        GetRawRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_GetRawRequest, _ami_publisher_unpacker_v1_GetRawRequest__Output>
        GetStatusRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_GetStatusRequest, _ami_publisher_unpacker_v1_GetStatusRequest__Output>
        GrowDeviceRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_GrowDeviceRequest, _ami_publisher_unpacker_v1_GrowDeviceRequest__Output>
        Lease: MessageTypeDefinition<_ami_publisher_unpacker_v1_Lease, _ami_publisher_unpacker_v1_Lease__Output>
        LeaseRef: MessageTypeDefinition<_ami_publisher_unpacker_v1_LeaseRef, _ami_publisher_unpacker_v1_LeaseRef__Output>
        OfferRawRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_OfferRawRequest, _ami_publisher_unpacker_v1_OfferRawRequest__Output>
        Operation: MessageTypeDefinition<_ami_publisher_unpacker_v1_Operation, _ami_publisher_unpacker_v1_Operation__Output>
        OperationRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_OperationRequest, _ami_publisher_unpacker_v1_OperationRequest__Output>
        RawChunk: MessageTypeDefinition<_ami_publisher_unpacker_v1_RawChunk, _ami_publisher_unpacker_v1_RawChunk__Output>
        RawOffer: MessageTypeDefinition<_ami_publisher_unpacker_v1_RawOffer, _ami_publisher_unpacker_v1_RawOffer__Output>
        ReleaseLeaseRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_ReleaseLeaseRequest, _ami_publisher_unpacker_v1_ReleaseLeaseRequest__Output>
        ReleaseLeaseResponse: MessageTypeDefinition<_ami_publisher_unpacker_v1_ReleaseLeaseResponse, _ami_publisher_unpacker_v1_ReleaseLeaseResponse__Output>
        RemoveDeviceRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_RemoveDeviceRequest, _ami_publisher_unpacker_v1_RemoveDeviceRequest__Output>
        RemoveDeviceResponse: MessageTypeDefinition<_ami_publisher_unpacker_v1_RemoveDeviceResponse, _ami_publisher_unpacker_v1_RemoveDeviceResponse__Output>
        RenewLeaseRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_RenewLeaseRequest, _ami_publisher_unpacker_v1_RenewLeaseRequest__Output>
        Status: MessageTypeDefinition<_ami_publisher_unpacker_v1_Status, _ami_publisher_unpacker_v1_Status__Output>
        Stream: MessageTypeDefinition<_ami_publisher_unpacker_v1_Stream, _ami_publisher_unpacker_v1_Stream__Output>
        StreamState: EnumTypeDefinition
        UnpackImageRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_UnpackImageRequest, _ami_publisher_unpacker_v1_UnpackImageRequest__Output>
        UnpackResult: MessageTypeDefinition<_ami_publisher_unpacker_v1_UnpackResult, _ami_publisher_unpacker_v1_UnpackResult__Output>
        /**
         * Keeps one volume per image stream and patches it from release to release.
         * 
         * Work on one stream is serial. Every call that changes a stream carries a lease on it; long calls carry an operation id
         * and stream their progress (section 4.2 of the design: leases, generations, operations).
         */
        Unpacker: SubtypeConstructor<typeof grpc.Client, _ami_publisher_unpacker_v1_UnpackerClient> & { service: _ami_publisher_unpacker_v1_UnpackerDefinition }
        WatchStatusRequest: MessageTypeDefinition<_ami_publisher_unpacker_v1_WatchStatusRequest, _ami_publisher_unpacker_v1_WatchStatusRequest__Output>
      }
    }
  }
}

