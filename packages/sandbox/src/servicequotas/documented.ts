interface DocumentedQuota {
  readonly service: 'ec2' | 'ebs';
  readonly code: string;
  readonly name: string;
  readonly value: number;
}

/** What every account has until it asks for more: "Amazon EC2 endpoints and quotas" and "Amazon EBS endpoints and quotas" of AWS's general reference. */
export const documentedServiceQuotas: readonly DocumentedQuota[] = [
  { service: 'ec2', code: 'L-B665C33B', name: 'AMIs', value: 50_000 },
  { service: 'ebs', code: 'L-309BACF6', name: 'Snapshots per Region', value: 100_000 },
  {
    service: 'ebs',
    code: 'L-7A658B76',
    name: 'Storage for General Purpose SSD (gp3) volumes, in TiB',
    value: 50,
  },
];
