import { AmiPublisherError } from '@ami-publisher/base';
import { formatTarget } from '@ami-publisher/core';
import { amisOf, creation, type LifecycleState } from '../../lifecycles/state.js';
import { nobodyNamed, productOf } from '../places.js';
import { describeAmi, releaseOf } from '../published-release.js';
import type { ExecutorServices } from '../services.js';
import { type ExportPlace, exportPlace } from './export-place.js';

/**
 * Looks whether the AMI of a lifecycle could be exported, as far as that can be told when it is asked for: before the build only whether the
 * product says how QA gets at it.
 *
 * @throws `PRODUCT_NOT_CONFIGURED`, `EXPORT_IMPOSSIBLE`
 */
export const checkExport = async (
  services: ExecutorServices,
  state: LifecycleState,
  signal: AbortSignal,
): Promise<void> => {
  const { qa, qaExport, stream } = productOf(services.configuration, state);
  if (qa === undefined && qaExport === undefined) throw nobodyNamed(stream);
  if (qaExport === undefined) return;
  if (amisOf(state, creation).length > 0)
    await requireExportable(services, await exportPlace(services, state, signal), signal);
};

/**
 * What the unpackers can write out is the disk of a release of ours. Any other AMI is left to EC2, which exports no encrypted one.
 *
 * @returns the release, undefined for an AMI of another make
 * @throws `EXPORT_IMPOSSIBLE`
 */
export const requireExportable = async (
  services: ExecutorServices,
  { ami, target }: ExportPlace,
  signal: AbortSignal,
) => {
  const image = await describeAmi(services, target, ami.image, signal);
  const release = releaseOf(image);
  const encrypted = image.BlockDeviceMappings?.some(({ Ebs }) => Ebs?.Encrypted === true) === true;
  if (release !== undefined || !encrypted) return release;
  throw new AmiPublisherError('EXPORT_IMPOSSIBLE', {
    message: `${ami.image} in ${formatTarget(target)} cannot be exported: it is encrypted, which EC2 exports no AMI of, and was not published from an image, which an unpacker could write out`,
    resource: ami.image,
    remedy: 'build it from an image, or without encryption, or leave QA_CERTIFICATION_REQUEST out',
  });
};
