import type { ArgumentName, OperationName } from '../orchestrator/arguments.js';

/** What a line of a menu leads to. */
export type Entry =
  | { readonly label: string; readonly menu: MenuName }
  | { readonly label: string; readonly task: OperationName }
  | { readonly label: string; readonly quit: true };

/** A menu of which one line is chosen. */
export interface ChoiceMenu {
  readonly title: string;
  readonly entries: readonly Entry[];
  /** Where Esc leads; undefined for out of the program. */
  readonly back: MenuName | undefined;
}

/** A menu of which any number of events are ticked. */
export interface EventMenu {
  readonly title: string;
  readonly task: OperationName;
  /** Labels, and what `--events` calls them. */
  readonly events: readonly (readonly [label: string, event: string])[];
  /** Where `Previous Menu` and Esc lead. */
  readonly back: MenuName;
}

/** The last line of every menu but the first. */
export const previousMenu = 'Previous Menu';

const smokeTests = ['Smoke Tests', 'SMOKE_TESTS'] as const;
const scans = ['Vulnerability Scans', 'VULNERABILITY_SCANS'] as const;
const certification = ['QA Certification', 'QA_CERTIFICATION_REQUEST'] as const;

/** Menus to choose one line of, as the reference has them in 7.5. */
export const choiceMenus: Readonly<Record<'main' | 'utils', ChoiceMenu>> = {
  main: {
    title: 'AMI Lifecycle Orchestrator API Menu',
    back: undefined,
    entries: [
      { label: 'Create AMI', menu: 'create' },
      { label: 'Update AMI', menu: 'update' },
      { label: 'Patch approved AMI', menu: 'patch' },
      { label: 'Continue AMI Patching', menu: 'continue' },
      { label: 'Utils', menu: 'utils' },
      { label: 'Quit', quit: true },
    ],
  },
  utils: {
    title: 'API Utils Menu',
    back: 'main',
    entries: [
      { label: 'Get Status Url by LifecycleId', task: 'AMI_GET_STATUS_BY_LIFECYCLE_ID' },
      { label: 'Get Statuses Url', task: 'AMI_GET_STATUSES' },
      { label: 'Get Timeline Url for AMI Creation', task: 'AMI_TIMELINE_CREATE' },
      { label: 'Get Timeline Url for AMI Patch', task: 'AMI_TIMELINE_PATCH' },
      { label: 'Simulate QA Certification Response', task: 'AMI_QA_CERTIFICATION' },
      { label: 'Simulate AMI Approval AMI Creation', task: 'AMI_APPROVAL_CREATE' },
      { label: 'Simulate AMI Approval AMI Patch', task: 'AMI_APPROVAL_PATCH' },
      { label: previousMenu, menu: 'main' },
    ],
  },
};

/** Menus to tick events in. */
export const eventMenus: Readonly<Record<'create' | 'update' | 'patch' | 'continue', EventMenu>> = {
  create: {
    title: 'Create AMI Menu',
    task: 'AMI_CREATE',
    events: [['AMI Build only', 'AMI_BUILD_ONLY'], smokeTests, scans, certification],
    back: 'main',
  },
  update: {
    title: 'Update a non-production AMI Menu',
    task: 'AMI_CREATE_UPDATE',
    events: [smokeTests, scans, certification],
    back: 'main',
  },
  patch: {
    title: 'Patch AMI Menu',
    task: 'AMI_PATCH',
    events: [['AMI Patch only', 'AMI_PATCH_ONLY'], smokeTests, scans],
    back: 'main',
  },
  continue: {
    title: 'Continue patch operation AMI Menu',
    task: 'AMI_PATCH_UPDATE',
    events: [smokeTests, scans],
    back: 'main',
  },
};

export type MenuName = keyof typeof choiceMenus | keyof typeof eventMenus;

/** What is asked before an operation, in this order. */
export const askedFor: Readonly<Record<OperationName, readonly ArgumentName[]>> = {
  AMI_CREATE: ['--productVer', '--productName'],
  AMI_CREATE_UPDATE: ['--lifecycleId'],
  AMI_PATCH: ['--lifecycleId', '--patchComponent', '--patchChangeDescription', '--semverBumpType'],
  AMI_PATCH_UPDATE: ['--lifecycleId'],
  AMI_GET_STATUS_BY_LIFECYCLE_ID: ['--lifecycleId'],
  AMI_GET_STATUSES: [],
  AMI_TIMELINE_CREATE: ['--lifecycleId'],
  AMI_TIMELINE_PATCH: ['--lifecycleId'],
  AMI_QA_CERTIFICATION: ['--lifecycleId', '--certificationStatus'],
  AMI_APPROVAL_CREATE: ['--lifecycleId', '--approvalStatusAmiCreation'],
  AMI_APPROVAL_PATCH: ['--lifecycleId', '--approvalStatusAmiPatch'],
};
