/** Who may assume the role of a target account, with the external id that is then asked for. */
export const trustPolicy = (principal: string, externalId?: string) => ({
  Version: '2012-10-17' as const,
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: principal },
      Action: 'sts:AssumeRole',
      ...(externalId !== undefined && { Condition: { StringEquals: { 'sts:ExternalId': externalId } } }),
    },
  ],
});
