import type { LifecycleEvent } from '@ami-publisher/core';
import type { ColumnType, Generated } from 'kysely';
import type { NoticeKind } from '../lifecycles/draft.js';
import type { LookupRow } from '../lifecycles/lookup.js';
import type { Attempt, Lifecycle, Patch } from '../lifecycles/state.js';

/** Columns that are objects and lists are jsonb, and are written as text. */
type Columns<Row> = {
  [Name in keyof Row]: Row[Name] extends string | number | boolean | Date | null
    ? Row[Name]
    : ColumnType<Row[Name], string | null, string | null>;
};

type AttemptsTable = Columns<Attempt> & {
  /** Order in which attempts began. */
  readonly sequence: Generated<number>;
  /** Who works on it; null before anybody does. */
  readonly worker: Generated<string | null>;
};

interface NoticesTable {
  readonly id: Generated<number>;
  readonly lifecycleId: string;
  readonly kind: NoticeKind;
  readonly event: LifecycleEvent | null;
  readonly text: string;
  readonly at: Date;
}

/** How the telling of one notice by one channel stands: FAILED is given up. */
export type DeliveryStatus = 'PENDING' | 'DELIVERED' | 'FAILED';

/** One notice to be told by one channel. */
interface DeliveriesTable {
  /** Goes with the message, so that whoever gets it twice can tell. */
  readonly id: string;
  readonly noticeId: number;
  readonly lifecycleId: string;
  readonly method: string;
  readonly target: string;
  readonly status: DeliveryStatus;
  /** How often it has been tried. */
  readonly attempts: number;
  /** When it is tried next, while PENDING. */
  readonly nextAt: Date;
  /** Why the latest attempt failed; null before one has. */
  readonly error: string | null;
  readonly endedAt: Date | null;
}

interface SemverSeedsTable {
  readonly stackTag: string;
  /** The version of the next AMI that is built for the stack tag. */
  readonly amiSemver: string;
}

/** A key, of which only a hash is kept. */
export interface StoredKey {
  /** The first part of the key; finds the row. */
  readonly id: string;
  /** Whose it is; keys that were rotated share it. */
  readonly name: string;
  /** SHA-256 of the whole key, hexadecimal. */
  readonly hash: string;
  readonly roles: readonly string[];
  readonly operations: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** That somebody has logged in with a key. */
interface SessionsTable {
  /** SHA-256 of what the browser has, hexadecimal. */
  readonly hash: string;
  readonly keyId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

interface LifecycleRevisionsTable {
  readonly lifecycleId: string;
  /** How many changes there have been. */
  readonly revision: number;
}

interface AuditTable {
  readonly id: Generated<number>;
  readonly at: Date;
  /** Name of the key; null for one that was refused. */
  readonly actor: string | null;
  readonly operation: string;
  readonly lifecycleId: string | null;
  readonly status: number;
  readonly code: string | null;
}

/** All tables, their names and columns in camel case; they are in snake case in the database. */
export interface Tables {
  readonly lifecycles: Columns<Lifecycle>;
  readonly patches: Columns<Patch>;
  readonly attempts: AttemptsTable;
  readonly amiLookup: Columns<LookupRow> & { readonly lookupId: string; readonly lastModified: Date };
  readonly semverSeeds: SemverSeedsTable;
  readonly apiKeys: Columns<StoredKey>;
  readonly audit: AuditTable;
  readonly lifecycleRevisions: LifecycleRevisionsTable;
  readonly notices: NoticesTable;
  readonly deliveries: DeliveriesTable;
  readonly sessions: SessionsTable;
}
