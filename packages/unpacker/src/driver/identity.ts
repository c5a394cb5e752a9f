/** The name that udev gives an EBS volume on Nitro, by its NVMe serial number: the volume id without its dash. */
export const identityName = (deviceId: string): string =>
  `nvme-Amazon_Elastic_Block_Store_${deviceId.replace('-', '')}`;
