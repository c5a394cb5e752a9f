import { counted, formatTime, withoutPlace } from '@ami-publisher/base';
import { formatTarget, type ImageUsage, type UsageFailure, type UsageReport } from '@ami-publisher/core';
import type { TableView } from '../../output/render.js';

/** The AMIs in use, with what uses each. */
export const usedView: TableView<UsageReport> = {
  head: ['TARGET', 'AMI', 'NAME', 'CREATED', 'SIZE', 'USED BY'],
  sentences: true,
  expendable: ['CREATED', 'SIZE'],
  empty: 'nothing uses any of the AMIs',
  rows: ({ images, failures }) => [
    ...images.map((image) => [...columnsOf(image), reasonsOf(image)]),
    ...failures.map((failure) => failureRow(failure, 4)),
  ],
  footer: ({ images, instances }) => [
    '',
    `${summed(images)} in use, ${counted(instances.length, 'instance')} of them`,
  ],
};

/** The AMIs that nothing uses, and why some are kept all the same. */
export const unusedView: TableView<UsageReport> = {
  head: ['TARGET', 'AMI', 'NAME', 'CREATED', 'SIZE', 'MAY GO', 'KEPT BECAUSE'],
  sentences: true,
  expendable: ['CREATED', 'SIZE'],
  empty: 'something uses each of the AMIs',
  rows: ({ images, failures }) => [
    ...images.map((image) => [
      ...columnsOf(image),
      image.verdict === 'unused' ? 'yes' : 'no',
      reasonsOf(image),
    ]),
    ...failures.map((failure) => failureRow(failure, 5)),
  ],
  footer: ({ images }) => {
    const unused = images.filter(({ verdict }) => verdict === 'unused');
    return ['', `${summed(unused)} may go, ${images.length - unused.length} kept`];
  },
};

const columnsOf = (image: ImageUsage): string[] => [
  formatTarget(image),
  image.imageId,
  image.name,
  formatTime(image.createdAt),
  `${image.sizeGiB} GiB`,
];

const reasonsOf = ({ reasons }: ImageUsage): string => reasons.map(({ text }) => text).join('; ');

const failureRow = ({ account, region, message }: UsageFailure, columns: number): string[] => {
  const name = formatTarget({ account, region });
  return [name, ...Array.from({ length: columns }, () => '-'), withoutPlace(message, name)];
};

const summed = (images: readonly ImageUsage[]): string => {
  const sizeGiB = images.reduce((sum, image) => sum + image.sizeGiB, 0);
  return `${counted(images.length, 'AMI')} (${sizeGiB} GiB)`;
};
