import type { Ec2Action } from '@ami-publisher/core';
import type { Identity } from '../credentials/identity.js';
import { ApiError } from '../model/api-error.js';
import type { RegionState } from '../model/region-state.js';
import { ec2Authorizations, stsAuthorization } from './authorizations.js';
import { type Authorization, type Evaluation, evaluate } from './evaluate.js';
import { type Policy, type PolicyDocument, parsePolicy } from './policy.js';

/** Policies by whom they bind: the name of a role or user, in whatever account, or the id of an account, for all its identities. */
export type Policies = Readonly<Record<string, PolicyDocument>>;

/** An action that was allowed. */
export interface AllowedAction {
  /** Whose policy it was. */
  readonly policy: string;
  /** The statement's `Sid`, or its number, counted from 0. */
  readonly statement: string;
  /** As called: `ec2:CreateSnapshot`. */
  readonly action: string;
  readonly count: number;
}

/** An entry under `Action` of a statement that allows. */
export interface PolicyAction {
  readonly policy: string;
  readonly statement: string;
  /** As written in the policy: `ec2:Describe*`. */
  readonly action: string;
}

/** Actions that AWS allows whatever the policies say. */
const needsNoPermission: ReadonlySet<string> = new Set(['sts:GetCallerIdentity', 'sts:GetSessionToken']);

/** Enforces policies; identities without one may do everything in their account. */
export class Iam {
  readonly #policies: ReadonlyMap<string, Policy>;
  readonly #used = new Map<string, AllowedAction>();
  readonly #usedPatterns = new Set<string>();

  /** @throws `INVALID_OPTION` for a policy that cannot be enforced */
  constructor(policies: Policies = {}) {
    this.#policies = new Map(
      Object.entries(policies).map(([name, document]) => [name, parsePolicy(name, document)]),
    );
  }

  /** @throws `UnauthorizedOperation` naming caller, action and resource */
  checkEc2(caller: Identity, state: RegionState, action: Ec2Action, input: object): void {
    const names = this.#namesFor(caller);
    if (names.length === 0) return;
    for (const authorization of ec2Authorizations(state, action, input)) {
      const refusal = this.#refusal(caller, names, authorization);
      if (refusal === undefined) continue;
      const message = `You are not authorized to perform this operation. ${refusal}`;
      throw new ApiError('UnauthorizedOperation', message);
    }
  }

  /** @throws `AccessDenied` naming caller, action and resource */
  checkSts(caller: Identity, action: string, input: object, region: string): void {
    const authorization = stsAuthorization(action, input, region);
    const refusal = this.#refusal(caller, this.#namesFor(caller), authorization);
    if (refusal !== undefined) throw new ApiError('AccessDenied', refusal);
  }

  /** @throws an error with the service's code, naming caller, action and resource */
  check(caller: Identity, authorizations: readonly Authorization[], deniedCode: string): void {
    const names = this.#namesFor(caller);
    for (const authorization of authorizations) {
      const refusal = this.#refusal(caller, names, authorization);
      if (refusal !== undefined) throw new ApiError(deniedCode, refusal);
    }
  }

  /** @throws `AccessDenied` naming caller, action and resource */
  checkS3(caller: Identity, permission: string, resource: string, region: string): void {
    const context = new Map([['aws:RequestedRegion', [region]]]);
    const authorization = { action: `s3:${permission}`, resource, context };
    const refusal = this.#refusal(caller, this.#namesFor(caller), authorization);
    if (refusal !== undefined) throw new ApiError('AccessDenied', refusal);
  }

  /** Actions that were called and allowed, and by which statements; `ec2:CreateTags` also where it came with a creating call. */
  used(): AllowedAction[] {
    return [...this.#used.values()];
  }

  /** Entries of the policies that allowed no call yet. */
  unused(): PolicyAction[] {
    return [...this.#policies].flatMap(([policy, { Statement }]) =>
      Statement.flatMap(({ Effect, Sid, Action }, index) =>
        Effect === 'Deny'
          ? []
          : Action.map((action) => ({ policy, statement: Sid ?? String(index), action })),
      ).filter((entry) => !this.#usedPatterns.has(keyOf(entry))),
    );
  }

  #namesFor({ accountId, arn }: Identity): string[] {
    const [, name = ''] = arn.slice(arn.lastIndexOf(':') + 1).split('/');
    return [accountId, name].filter((candidate) => this.#policies.has(candidate));
  }

  #refusal(caller: Identity, names: readonly string[], authorization: Authorization): string | undefined {
    if (names.length === 0) return undefined;
    const policies = names.map((name) => [name, this.#policies.get(name)!] as const);
    const evaluation = evaluate(
      policies.map(([, policy]) => policy),
      authorization,
    );
    this.#remember(policies, evaluation, authorization.action);
    if (evaluation.verdict === 'allowed' || needsNoPermission.has(authorization.action)) return undefined;
    return refusalText(caller, authorization, evaluation);
  }

  #remember(
    policies: readonly (readonly [string, Policy])[],
    { allowedBy }: Evaluation,
    action: string,
  ): void {
    for (const { statement, actions } of allowedBy) {
      const [name, policy] = policies.find(([, { Statement }]) => Statement.includes(statement))!;
      const place = { policy: name, statement: statement.Sid ?? String(policy.Statement.indexOf(statement)) };
      const key = keyOf({ ...place, action });
      this.#used.set(key, { ...place, action, count: (this.#used.get(key)?.count ?? 0) + 1 });
      for (const pattern of actions) this.#usedPatterns.add(keyOf({ ...place, action: pattern }));
    }
  }
}

const keyOf = ({ policy, statement, action }: PolicyAction): string =>
  JSON.stringify([policy, statement, action]);

const refusalText = (
  { arn }: Identity,
  { action, resource }: Authorization,
  { verdict }: Evaluation,
): string => {
  const where = resource === '*' ? '' : ` on resource: ${resource}`;
  const why =
    verdict === 'denied explicitly'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  return `User: ${arn} is not authorized to perform: ${action}${where} ${why}`;
};
