import type { OwnImage, UsingInstance } from '@ami-publisher/core';
import { csvReport } from '../../output/csv.js';
import { formatLaunchTime } from '../../output/launch-time.js';

/** AMIs in the columns of the Go tool; sizes in GiB. */
export const imagesCsv = (images: readonly OwnImage[]): string =>
  csvReport(
    ['Account', 'Region', 'AmiId', 'AmiName', 'CreationDate', 'Description', 'Size'],
    images.map(({ account, region, imageId, name, createdAt, description, sizeGiB, tags }) => ({
      columns: [account, region, imageId, name, createdAt, description, String(sizeGiB)],
      tags,
    })),
  );

/** Instances in the columns of the Go tool, with its form of times. */
export const instancesCsv = (instances: readonly UsingInstance[]): string =>
  csvReport(
    ['Account', 'Region', 'AmiId', 'InstanceId', 'LaunchTime'],
    instances.map(({ account, region, imageId, instanceId, launchedAt, tags }) => ({
      columns: [account, region, imageId, instanceId, formatLaunchTime(launchedAt)],
      tags,
    })),
  );
