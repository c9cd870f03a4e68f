// Exactly once: a mutation runs one time for each id and identity, and its retries get the stored outcome.
//
// ```
// digest (action, id, input) + identity ─▶ key ─▶ claim ─▶ outcome ─▶ retries
// ```
import { notify, type Report, reportTo } from "../../callback.ts";
import type { Holder } from "../../http/caller.ts";
import { type Claim, type ClaimsOptions, createClaims, storeFailure } from "./claims.ts";
import { createDeliveries } from "./deliveries.ts";
import { digestMutation, type Mutation, onceKey } from "./digest.ts";
import { Identities, type PrincipalOf } from "./identity.ts";
import { outcomeFor } from "./outcome.ts";

/** Options for {@linkcode createOnce}. */
export interface OnceOptions extends ClaimsOptions {
  /** The names of session cookies. Default: those that responses set `HttpOnly`. */
  readonly cookies?: readonly string[] | undefined;
  /** Returns the principal of a request; `null` if the application does not identify users. */
  readonly principal: PrincipalOf | null;
}

/** The mutation of a request. */
export interface OnceRequest extends Mutation {
  /** The request. */
  readonly request: Request;
  /** Its principal, or `null`. */
  readonly principal: string | null;
  /** The holder that the claim and its outcome are counted for. */
  readonly holder: Holder;
  /** Called with errors while the claim is held, and after. */
  readonly report: Report;
}

/** Runs mutations once. */
export interface Once {
  /**
   * Claims a mutation, or returns its state.
   *
   * @throws {HyperError} 503 when the store cannot be reached, so that nothing runs that might run twice.
   */
  claim(mutation: OnceRequest): Promise<Claim>;
  /**
   * Looks at the cookies of any request: a client that sends the cookies of a response has received it.
   *
   * @returns `null` if there is nothing to await, which is nearly always. Does not reject.
   */
  seen(request: Request, report: Report): Promise<void> | null;
  /**
   * Looks at the cookies of any response: they show which cookies are session cookies, and which session has ended.
   *
   * @returns `null` if there is nothing to await, which is nearly always. Does not reject.
   */
  answered(request: Request, response: Response, report: Report): Promise<void> | null;
  /** Ends the attempts to reach a store that failed. */
  close(): void;
}

/**
 * Creates the claims of a handler, with identities and deliveries.
 *
 * @param options The store, the times, the bounds, and the identification of users.
 * @throws {RangeError} When a time or a bound is out of range.
 * @throws {TypeError} When `afterCrash` or a name in `cookies` is not valid.
 */
export function createOnce(options: OnceOptions): Once {
  const { store, cookies, principal, ttlSeconds = 3600 } = options;
  const claims = createClaims(options);
  const identities = new Identities({ store, cookies, principal });
  const deliveries = createDeliveries({
    store,
    seconds: ttlSeconds,
    forget: (key) => claims.forget(key),
    isIdentity: (name) => identities.isIdentity(name),
  });

  // Errors of the store are reported once for each request.
  const reported = new WeakSet<Request>();
  const reportOnce = (request: Request, report: Report) => (error: unknown): void => {
    if (!reported.has(request)) reportTo(report, error);
    reported.add(request);
  };

  return {
    async claim(mutation) {
      const { action, request, principal, holder } = mutation;
      const made = digestMutation(mutation);
      const digest = typeof made === "string" ? made : await made;
      const found = identities.of(request, principal);
      const identity = found instanceof Promise
        ? await found.catch((error) => Promise.reject(storeFailure(error)))
        : found;
      const key = onceKey(digest, identity.user);
      const claim = await claims.claim({
        key,
        action,
        holder,
        session: identity.session,
        moveOf: async (cookies) => {
          const next = await identities.after(request, identity, cookies);
          if (next === null) return null;
          return { key: onceKey(digest, next.user), onKept: () => deliveries.follow(next.credentials, key) };
        },
        report: reportOnce(request, mutation.report),
        onLost: mutation.report,
      });
      return claim.kind === "done" ? { ...claim, outcome: outcomeFor(claim.outcome, identity.session) } : claim;
    },
    seen(request, report) {
      return notify(() => deliveries.seen(request), report);
    },
    answered(request, { headers }, report) {
      if (!headers.has("set-cookie")) return null;
      const set = headers.getSetCookie();
      return notify(async () => {
        await identities.learn(set);
        await deliveries.replaced(request, set);
      }, reportOnce(request, report));
    },
    close: () => claims.close(),
  };
}
