import { type ExplainedPolicy, may } from './policy.js';

/** As `workTags` of the orchestrator makes them. */
const attempt = 'ami-lifecycle:attempt';
const arn = (rest: string): string => `arn:aws:imagebuilder:*:*:${rest}`;

/** For products of the orchestrator whose builds or patches are left to EC2 Image Builder. */
export const imageBuilderPolicy: ExplainedPolicy = {
  title: 'Builds and patches by Image Builder',
  about:
    "On top of the policy for lifecycle events, where a product has `imageBuilder`; narrow the pipelines to yours. Image Builder itself works by its service-linked role, which whoever uses it first has to be allowed to make (`iam:CreateServiceLinkedRole` for `imagebuilder.amazonaws.com`). Patches launch an instance with the profile of the product: that takes `iam:PassRole` ([as for operators](#an-instance-profile)), and the role of the profile AWS's policies `EC2InstanceProfileForImageBuilder` and `AmazonSSMManagedInstanceCore`. `packages/orchestrator/test/executors.test.ts` runs under these statements too, and fails if a call is denied or an entry is never used.",
  statements: [
    may(
      'BuildByPipelines',
      [
        'imagebuilder:GetImagePipeline',
        'imagebuilder:ListImagePipelineImages',
        'imagebuilder:StartImagePipelineExecution',
      ],
      arn('image-pipeline/*'),
      'Starts pipelines, and finds what an attempt has started.',
    ),
    may('FollowImages', ['imagebuilder:GetImage'], arn('image/*/*/*'), 'Waits for images.'),
    may(
      'FindImages',
      ['imagebuilder:ListImageBuildVersions'],
      arn('image/lifecycle-patch-*/*/*'),
      'Finds the images of patches, to remove them.',
    ),
    may(
      'MarkImages',
      ['imagebuilder:TagResource'],
      arn('image/*/*/*'),
      'Writes on images for which attempt they are.',
      { Null: { [`aws:RequestTag/${attempt}`]: 'false' } },
    ),
    may(
      'CancelImages',
      ['imagebuilder:CancelImageCreation'],
      arn('image/*/*/*'),
      'Cancels what nobody waits for any more; images of pipelines are named after their recipes.',
    ),
    may(
      'MakePatches',
      ['imagebuilder:CreateImage', 'imagebuilder:DeleteImage'],
      arn('image/lifecycle-patch-*/*/*'),
      'Begins the images of patches, and forgets them again; their AMIs stay.',
    ),
    may(
      'PatchComponents',
      [
        'imagebuilder:CreateComponent',
        'imagebuilder:DeleteComponent',
        'imagebuilder:GetComponent',
        'imagebuilder:TagResource',
      ],
      arn('component/lifecycle-patch-*/*/*'),
      'Makes and removes the components of patches; a recipe of them has the caller read them.',
    ),
    may(
      'PatchRecipes',
      [
        'imagebuilder:CreateImageRecipe',
        'imagebuilder:DeleteImageRecipe',
        'imagebuilder:GetImageRecipe',
        'imagebuilder:TagResource',
      ],
      arn('image-recipe/lifecycle-patch-*/*'),
      'The same of their recipes, of which images are made.',
    ),
    may(
      'PatchInstances',
      [
        'imagebuilder:CreateInfrastructureConfiguration',
        'imagebuilder:DeleteInfrastructureConfiguration',
        'imagebuilder:GetInfrastructureConfiguration',
        'imagebuilder:TagResource',
      ],
      arn('infrastructure-configuration/lifecycle-patch-*'),
      'The same of what says how the instance is launched.',
    ),
    may(
      'SeeProfiles',
      ['iam:GetInstanceProfile'],
      'arn:aws:iam::*:instance-profile/*',
      'Image Builder looks at the profile in the name of the caller.',
    ),
    may(
      'PatchTargets',
      [
        'imagebuilder:CreateDistributionConfiguration',
        'imagebuilder:DeleteDistributionConfiguration',
        'imagebuilder:GetDistributionConfiguration',
        'imagebuilder:TagResource',
      ],
      arn('distribution-configuration/lifecycle-patch-*'),
      'The same of what says where AMIs go.',
    ),
  ],
};
