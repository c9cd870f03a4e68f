/**
 * Exactly once: a mutation runs one time for each id and identity, and its repeats are told what came of it.
 *
 * ```
 * digest (action, id, input) + identity ─▶ key ─▶ claim ─▶ outcome ─▶ repeats
 * ```
 *
 * @module
 */
import { notify, type Report, reportTo } from "../../callback.ts";
import type { Holder } from "../../http/caller.ts";
import { type Claim, type ClaimsOptions, createClaims, storeFailure } from "./claims.ts";
import { createDeliveries } from "./deliveries.ts";
import { digestOf, type Mutation, onceKey } from "./digest.ts";
import { createIdentities, type PrincipalOf } from "./identity.ts";
import { outcomeFor } from "./outcome.ts";

/** Options for {@linkcode createOnce}. */
export interface OnceOptions extends ClaimsOptions {
  /** The names of the cookies that stand for a session. Default: those that answers set `HttpOnly`. */
  readonly cookies?: readonly string[] | undefined;
  /** Names the principal of a request; `null` where the application does not. */
  readonly principal: PrincipalOf | null;
}

/** A mutation that a request asks for. */
export interface OnceRequest extends Mutation {
  /** The request. */
  readonly request: Request;
  /** Its principal, or `null`. */
  readonly principal: string | null;
  /** The holder that the claim and its outcome are counted for. */
  readonly holder: Holder;
  /** Called with what goes wrong while the claim is held, or after. */
  readonly report: Report;
}

/** Runs mutations once. */
export interface Once {
  /**
   * Claims a mutation, or tells what became of it.
   *
   * @param mutation What is asked for, and by whom.
   * @returns The claim.
   * @throws {HyperError} 503 when the store cannot be reached, so that nothing runs that might run twice.
   */
  claim(mutation: OnceRequest): Promise<Claim>;
  /**
   * Looks at the cookies of a request, any request: a client that sends the cookies of an answer has received it.
   *
   * @param request The request.
   * @param report Called with what goes wrong.
   * @returns `null` where there is nothing to wait for, which is nearly always. Does not reject.
   */
  seen(request: Request, report: Report): Promise<void> | null;
  /**
   * Looks at the cookies of an answer, any answer: they tell which cookies stand for a session, and which session has ended.
   *
   * @param request The request.
   * @param response Its answer.
   * @param report Called with what goes wrong.
   * @returns `null` where there is nothing to wait for, which is nearly always. Does not reject.
   */
  answered(request: Request, response: Response, report: Report): Promise<void> | null;
  /** Ends what goes on without a request. */
  close(): void;
}

/**
 * Makes what runs the mutations of a handler once.
 *
 * @param options The store, the times, the bounds, and what tells users apart.
 * @returns What claims.
 * @throws {RangeError} When a time or a bound is not a number it can be.
 * @throws {TypeError} When `afterCrash` or a name in `cookies` is not one it can be.
 */
export function createOnce(options: OnceOptions): Once {
  const { store, cookies, principal, ttlSeconds = 3600 } = options;
  const claims = createClaims(options);
  const identities = createIdentities({ store, cookies, principal });
  const deliveries = createDeliveries({
    store,
    seconds: ttlSeconds,
    forget: (key) => claims.forget(key),
    isIdentity: (name) => identities.isIdentity(name),
  });

  // What could not be told the store is reported once for each request.
  const reported = new WeakSet<Request>();
  const reportOnce = (request: Request, report: Report) => (error: unknown): void => {
    if (!reported.has(request)) reportTo(report, error);
    reported.add(request);
  };

  return {
    async claim(mutation) {
      const { action, request, principal, holder } = mutation;
      const made = digestOf(mutation);
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
