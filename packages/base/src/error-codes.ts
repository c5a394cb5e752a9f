/**
 * Every code that an error of ours can carry: what happened, in one line, and whether the same call may succeed if it is simply
 * made again. The documentation's table of errors is generated from this.
 */
export const errorCodes = {
  // Input
  INVALID_OPTION: {
    retryable: false,
    summary: 'an option, flag, file or environment variable has a value that is not allowed',
  },
  INVALID_CONFIGURATION: {
    retryable: false,
    summary: 'the configuration file cannot be read or does not fit its schema',
  },
  TARGET_MALFORMED: {
    retryable: false,
    summary: 'a target list does not have the form account,region;account,region',
  },
  NO_TARGETS: { retryable: false, summary: 'the selection leaves no target' },
  UNKNOWN_ACCOUNT: {
    retryable: false,
    summary: 'a target names an account that is neither configured nor a profile',
  },
  REGION_NOT_ENABLED: {
    retryable: false,
    summary: 'the region does not exist or is not enabled for the account',
  },
  CANCELLED: { retryable: false, summary: 'the caller cancelled the work' },
  TIMED_OUT: { retryable: false, summary: 'something awaited did not happen in time' },
  INTERNAL: { retryable: false, summary: 'a fault of this software' },

  // AWS
  CREDENTIALS_MISSING: { retryable: false, summary: 'no credentials could be found for the account' },
  CREDENTIALS_EXPIRED: { retryable: false, summary: 'the credentials of the account have expired' },
  ACCESS_DENIED: { retryable: false, summary: 'the credentials do not allow the call' },
  AWS_THROTTLED: { retryable: true, summary: 'AWS asked to slow down' },
  AWS_UNAVAILABLE: {
    retryable: true,
    summary: 'AWS answered with a fault of its own or could not be reached',
  },
  AWS_NOT_FOUND: { retryable: false, summary: 'a resource does not exist (or does not yet)' },
  AWS_QUOTA_EXCEEDED: { retryable: false, summary: 'a quota of the account is used up' },
  AWS_REJECTED: { retryable: false, summary: 'AWS refused the call' },
  AWS_UNEXPECTED_ANSWER: {
    retryable: false,
    summary: 'an answer of AWS lacks what its documentation promises',
  },
  RESOURCE_FAILED: {
    retryable: false,
    summary: 'a resource reached a state from which it cannot become usable',
  },
  AMI_IN_USE: {
    retryable: false,
    summary: 'something began to use an AMI before it could go, or cannot be looked at any more',
  },
  AMI_NOT_SHARABLE: {
    retryable: false,
    summary: 'an AMI cannot be shared: it is disabled, or the others could not use the key of a snapshot',
  },
  AMI_PROTECTED: {
    retryable: false,
    summary: 'an AMI is protected from deregistration, or AWS Backup looks after it',
  },
  PLAN_OUTDATED: {
    retryable: false,
    summary: 'what was found when a command was planned has changed since',
  },
  AMI_NAME_TAKEN: { retryable: false, summary: 'another AMI of the account and region has the name' },

  // Unpackers
  UNPACKER_NOT_FOUND: { retryable: false, summary: 'the target has no unpacker instance' },
  UNPACKER_UNREACHABLE: {
    retryable: false,
    summary: 'the unpacker instance runs but its service does not answer',
  },
  UNPACKER_ADDRESS_MISSING: {
    retryable: false,
    summary: 'the connector of the target knows no address of the unpacker instance',
  },
  UNPACKER_BUSY: { retryable: false, summary: 'the unpacker works for a publication' },
  UNPACKER_FAILED: { retryable: false, summary: 'an operation failed on the unpacker' },
  LEASE_HELD: { retryable: false, summary: 'another publication holds the lease on the stream' },
  LEASE_LOST: { retryable: false, summary: 'the lease was taken over or ran out' },
  CAPTURE_NOT_CONFIRMED: { retryable: false, summary: 'the volume changed while its snapshot was begun' },
  DRAINING: { retryable: false, summary: 'the unpacker is being drained and takes no new work' },
  NOT_SEALABLE: { retryable: false, summary: 'the volume does not hold exactly one complete image' },
  RAW_UNAVAILABLE: { retryable: false, summary: 'the volume has no raw form that could be read' },
  EXPORT_FAILED: { retryable: false, summary: 'an image could not be written where it was to be exported' },
  DEVICE_NOT_FOUND: { retryable: false, summary: 'the device did not show up on the unpacker' },
  DEVICE_IN_USE: { retryable: false, summary: 'the device belongs to another stream or holds other data' },
  OPERATION_NOT_FOUND: { retryable: false, summary: 'the unpacker has no operation of that id' },
  STATE_DAMAGED: {
    retryable: false,
    summary: 'the state file of a daemon and its predecessor cannot be read',
  },
  NO_SPACE: { retryable: false, summary: 'the volume or disk is full' },

  // Images
  INVALID_NAME: {
    retryable: false,
    summary: 'a stream or leaf name has characters or a form that is not allowed',
  },
  STREAM_NOT_FOUND: { retryable: false, summary: 'the image server has no such stream' },
  IMAGE_NOT_FOUND: { retryable: false, summary: 'the image server has no such image in the stream' },
  IMAGE_EXISTS: { retryable: false, summary: 'another image has the name; images are immutable' },
  IMAGE_DIGEST_MISMATCH: {
    retryable: false,
    summary: 'the image of that name is not the one that was planned',
  },
  INVALID_MANIFEST: { retryable: false, summary: 'a manifest is damaged or breaks a rule of its format' },
  IMAGE_NOT_BOOTABLE: {
    retryable: false,
    summary: 'the image has a kernel, but not all that it takes to boot it',
  },
  OBJECT_MISSING: { retryable: false, summary: 'the image server does not have an object' },
  OBJECT_CORRUPT: { retryable: false, summary: 'an object does not have the digest it is filed under' },
  IMAGE_SERVER_UNREACHABLE: { retryable: true, summary: 'the image server does not answer' },
  IMAGE_SERVER_FAILED: { retryable: false, summary: 'a call failed on the image server' },
  TREE_CHANGED: { retryable: false, summary: 'a tree changed while it was read' },
  FILE_SYSTEM_FAILED: { retryable: false, summary: 'a file or directory could not be read or written' },
  DIRECTORY_LOCKED: { retryable: false, summary: 'another process works in the directory' },
  INVALID_ARCHIVE: { retryable: false, summary: 'an archive is damaged, or holds what an image cannot' },

  // Connections
  CERTIFICATE_REFUSED: {
    retryable: false,
    summary: 'a certificate is wrong, expired or of an authority that is not trusted',
  },
  PROTOCOL_UNSUPPORTED: {
    retryable: false,
    summary: 'what answers does not speak the protocol, or does not know the call',
  },
  PROTOCOL_BROKEN: {
    retryable: false,
    summary: 'a peer has sent what its protocol does not allow, or more than is taken',
  },
  PROXY_REFUSED: {
    retryable: false,
    summary: 'the proxy does not let the connection to the unpacker through',
  },
  ROLE_REFUSED: { retryable: false, summary: 'the role of the client certificate does not allow the call' },

  // Journal
  PUBLICATION_NOT_FOUND: { retryable: false, summary: 'there is no journal of that publication' },
  PUBLICATION_LOCKED: { retryable: false, summary: 'another process works on the publication' },
  JOURNAL_DAMAGED: { retryable: false, summary: 'a journal has a line that cannot be read' },

  // Lifecycles
  REQUEST_INVALID: {
    retryable: false,
    summary: 'a request to a lifecycle server cannot be read, or lacks something',
  },
  REQUEST_VALUE_INVALID: {
    retryable: false,
    summary: 'a value of a request to a lifecycle server is not of the kind or range allowed',
  },
  REQUEST_TOO_LARGE: { retryable: false, summary: 'the body of a request is larger than is taken' },
  TOO_MANY_REQUESTS: {
    retryable: true,
    summary: 'an address has sent too many wrong keys of late, or as many pages are being watched as can be',
  },
  API_KEY_REFUSED: {
    retryable: false,
    summary: 'a key of a lifecycle server is missing, unknown, expired or revoked',
  },
  OPERATION_NOT_ALLOWED: {
    retryable: false,
    summary: 'the key of a lifecycle server, or its holder, may not do this',
  },
  ROUTE_NOT_FOUND: { retryable: false, summary: 'a lifecycle server has no such route' },
  LIFECYCLE_NOT_FOUND: { retryable: false, summary: 'the server has no lifecycle of that id' },
  AMI_NOT_FOUND: {
    retryable: false,
    summary: 'no AMI of the lifecycles of a stack tag meets what a selection asks for',
  },
  STACK_TAG_MISMATCH: { retryable: false, summary: 'the lifecycle belongs to another stack tag' },
  EVENT_OUT_OF_ORDER: {
    retryable: false,
    summary: 'an event was asked for before those that must be completed first',
  },
  EVENT_IMMUTABLE: { retryable: false, summary: 'an event has been completed and cannot be repeated' },
  EVENT_RUNNING: { retryable: false, summary: 'an event of the lifecycle is in progress' },
  EVENT_NOT_RUNNING: {
    retryable: false,
    summary: 'the lifecycle has nothing that could be stopped or tried again',
  },
  ATTEMPT_OUTDATED: {
    retryable: false,
    summary: 'a result came from an attempt that is not, or no longer, in progress',
  },
  EXPORT_IMPOSSIBLE: { retryable: false, summary: 'an AMI is of a kind that nothing can export' },
  EXPORT_NOT_FOUND: { retryable: false, summary: 'the disk of a lifecycle was not exported, or has gone' },
  CONTENT_CHANGED: {
    retryable: false,
    summary: 'what a request was about is not what it was when the request was taken',
  },
  PATCH_COMPONENT_INVALID: {
    retryable: false,
    summary: 'the component of a patch has something that this server could not carry out',
  },
  PATCH_FAILED: { retryable: false, summary: 'a step of a patch failed' },
  PRODUCT_NOT_CONFIGURED: {
    retryable: false,
    summary: 'the configuration of the executors says nothing of the product',
  },
  PUBLICATION_FAILED: { retryable: false, summary: 'a build or patch could not be published' },
  EXECUTOR_MISSING: { retryable: false, summary: 'the server has nothing to run an event with' },
  NOTIFICATION_FAILED: { retryable: true, summary: 'a notification did not get through' },
  ORCHESTRATOR_FAILED: { retryable: true, summary: 'a lifecycle server answered with a fault of its own' },
  ORCHESTRATOR_UNREACHABLE: { retryable: true, summary: 'a lifecycle server does not answer' },
  DATABASE_UNREACHABLE: { retryable: true, summary: 'the database does not answer' },
  DATABASE_OUTDATED: {
    retryable: false,
    summary: 'the database lacks migrations, or has some of a newer version',
  },

  // Machines
  TOOL_MISSING: {
    retryable: false,
    summary: 'a program that is needed is not installed, not built or too old',
  },
  TOOL_FAILED: { retryable: false, summary: 'a program of the host failed or did not end in time' },
  DAEMON_FAILED: { retryable: false, summary: 'a daemon ended or stayed silent instead of starting' },
} as const satisfies Record<string, { readonly retryable: boolean; readonly summary: string }>;

export type ErrorCode = keyof typeof errorCodes;
