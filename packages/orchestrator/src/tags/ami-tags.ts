import { formatWireDate, type LifecycleEvent, makingEvent, type Tags } from '@ami-publisher/core';
import { patchOf } from '../lifecycles/start-event.js';
import {
  type Attempt,
  amisOf,
  type LifecycleState,
  type Properties,
  resultsOf,
  type Track,
} from '../lifecycles/state.js';

const prefix = 'AMI_LC_';
const longestValue = 255;

type TagsOf = (properties: Properties, attempt: Attempt) => Readonly<Record<string, unknown>>;

const severityOrder = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNTRIAGED'];

const severitiesText = (severities: unknown): string =>
  severityOrder
    .map((level) => `${level}: ${(severities as Properties | undefined)?.[level] ?? 0}`)
    .join(', ');

const scan: TagsOf = ({ total_vulnerabilities, vulnerability_severities }) => ({
  TOTAL_VULNERABILITIES: total_vulnerabilities,
  SEVERITIES: severitiesText(vulnerability_severities),
});

const approval: TagsOf = ({ approval_status, s3_bucket, s3_object_key }) => ({
  APPROVAL_STATUS: approval_status,
  AMI_BACKUP: `s3://${s3_bucket}/${s3_object_key}`,
});

/** What results leave on the AMI beside their status and its date; keys follow `AMI_LC_EVENT_{event}_`. */
const tagsOfEvents: Readonly<Partial<Record<LifecycleEvent, TagsOf>>> = {
  VULNERABILIY_SCANS_AMI_CREATE: scan,
  VULNERABILITY_SCANS_AMI_PATCH: scan,
  QA_CERTIFICATION_REQUEST: ({ export_image_id, export_image_path, export_image_task_id }) => ({
    EXPORT_IMAGE_ID: export_image_id,
    EXPORT_IMAGE_PATH: export_image_path,
    EXPORT_IMAGE_TASK_ID: export_image_task_id,
  }),
  QA_CERTIFICATION_RESPONSE: (_properties, { result }) => ({
    QA_CERTIFICATION_STATUS: result?.fields?.certification_status,
  }),
  MARK_FOR_PRODUCTION_CREATE: approval,
  MARK_FOR_PRODUCTION_PATCH: approval,
};

/**
 * The tags that the AMIs of a creation or patch have by their lifecycle's record. Values are cut where AWS would refuse them. A patch names its own
 * commit.
 */
export const lifecycleTags = (state: LifecycleState, track: Track): Tags => {
  const { lifecycle } = state;
  const results = resultsOf(state, track);
  const making = results.find(({ event }) => event === makingEvent[track.type]);
  const ancestry = making?.result?.properties?.ami_ancestry;
  const all = {
    LIFECYCLE_ID: lifecycle.id,
    PRODUCT_NAME: lifecycle.productName,
    PRODUCT_VER: lifecycle.productVer,
    COMMIT_REF: track.type === 'ami-creation' ? lifecycle.commitRef : patchOf(state, track).commitRef,
    CURRENT_AMI_SEMVER: amisOf(state, track)[0]?.ami_semver,
    AMI_ANCESTRY: ancestry,
    ...imageBuilderTags(making?.result?.properties ?? {}),
    ...Object.assign({}, ...results.map(eventTags)),
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) =>
      value === undefined ? [] : [[prefix + key, String(value).slice(0, longestValue)]],
    ),
  );
};

/** Where an AMI of Image Builder comes from, in the words of the original. */
const imageBuilderTags = (properties: Properties): Readonly<Record<string, unknown>> => {
  const { imagebuilder_image_arn: image, imagebuilder_recipe_components: components } = properties;
  if (image === undefined) return {};
  const arns = (components as readonly { readonly componentArn?: string }[] | undefined) ?? [];
  return {
    COMPONENTS: arns.map(({ componentArn = '' }) => componentArn.replace(/^.*:component\//, '')).join(','),
    IMAGEBUILDER_IMAGE_ARN: image,
    IMAGEBUILDER_RECIPE_ARN: properties.imagebuilder_imagerecipe_arn,
    IMAGEBUILDER_RECIPE_NAME: properties.imagebuilder_imagerecipe_name,
    IMAGEBUILDER_SRC_PIPELINE: properties.imagebuilder_source_pipeline_name,
  };
};

const eventTags = (attempt: Attempt): Readonly<Record<string, unknown>> => {
  const { event, status, endedAt, startedAt, result } = attempt;
  const more = tagsOfEvents[event]?.(result?.properties ?? {}, attempt) ?? {};
  const own = { STATUS: status, STATUS_DATE: formatWireDate(endedAt ?? startedAt), ...more };
  return Object.fromEntries(Object.entries(own).map(([key, value]) => [`EVENT_${event}_${key}`, value]));
};
