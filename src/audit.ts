// `auditActions()`: lists the actions of a handler and their guards.
import { isAnyForm } from "./forms/any_form.ts";
import type { Handler, RegisteredAction } from "./handler/options.ts";
import { DEFAULT_LIMITS, type Limits } from "./http/limits.ts";

/** Options for {@linkcode auditActions}. */
export interface AuditOptions {
  /** If `true`, every action must have a guard or `skipHandlerGuard: true`. Default: `false`. */
  readonly requireGuard?: boolean | undefined;
}

/** A check that decides whether an action may run. */
export type AuditedGuard =
  /** The guard of the handler. */
  | "handler"
  /** The guard of the action. */
  | "action"
  /** The guard of its form. */
  | "form"
  /** The signature of a webhook. */
  | "signature";

/** An action in the result of an audit. */
export interface AuditedAction {
  /** The full name. */
  readonly name: string;
  /** The UID, which is part of its URL. */
  readonly uid: string;
  /** The only HTTP method it accepts. */
  readonly method: "GET" | "POST";
  /** Its guards, in the order they run; empty if every request may run it. */
  readonly guards: readonly AuditedGuard[];
  /** `true` if it declares `skipHandlerGuard: true`. */
  readonly isPublic: boolean;
  /**
   * Its input: `form note`, `formset rows`, `schema zod`, `form of the request` if a function creates it, or `any
   * data`.
   */
  readonly input: string;
  /** `true` if it has `onFile`. */
  readonly takesFiles: boolean;
  /** The limits that differ from the defaults, by name. */
  readonly limits: Readonly<Record<string, number>>;
  /** The maximum rate of one caller, such as `5 in 60 s`; `null` if unlimited. */
  readonly rate: string | null;
  /** The place where it is declared, such as `pages/page.tsx addTodo`; `null` if unknown. */
  readonly place: string | null;
}

/** The result of an audit. */
export interface ActionAudit {
  /** Every action, sorted by name. */
  readonly actions: readonly AuditedAction[];
  /** The names of actions without a guard and without `skipHandlerGuard: true`. */
  readonly unguarded: readonly string[];
  /** Unset options of the handler that affect security, one sentence each. */
  readonly warnings: readonly string[];
  /** The result as text for a terminal: a table of actions, then the warnings. */
  readonly text: string;
}

/**
 * Lists every action of a handler with its guards, method, limits, rate and input.
 *
 * Only guards count: those of the handler, of an action or of its form. A dependency that rejects requests, for example
 * without a signed-in user, is not listed.
 *
 * @param handler The handler.
 * @param options The requirements.
 * @returns The actions and warnings.
 * @throws {TypeError} If `requireGuard` is `true` and an action has neither a guard nor `skipHandlerGuard: true`; the
 *   message names them all.
 *
 * @example A test that every action has a guard
 * ```ts
 * import { action, auditActions, createHandler } from "@hyper/actions";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const search = action("search", { method: "GET", skipHandlerGuard: true }, () => []);
 * const remove = action("remove", () => {});
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: () => "", search, remove }) }],
 * });
 *
 * assertEquals((await auditActions(handler)).unguarded, ["remove"]);
 * await assertRejects(() => auditActions(handler, { requireGuard: true }), TypeError, '"remove"');
 * ```
 */
export async function auditActions(
  handler: Pick<Handler, "actions" | "warnings">,
  options: AuditOptions = {},
): Promise<ActionAudit> {
  const found = await handler.actions();
  const actions = found.map(auditAction).sort((a, b) => a.name < b.name ? -1 : 1);
  const open = actions.filter(({ guards, isPublic }) => guards.length === 0 && !isPublic);
  if (options.requireGuard === true && open.length > 0) {
    const names = open.map(({ name, place }) => place === null ? `"${name}"` : `"${name}" (${place})`).join(", ");
    const remedy = "add a guard to each, set one in createHandler(), or set skipHandlerGuard: true";
    throw new TypeError(`Cannot accept ${open.length === 1 ? "action" : "actions"} ${names}: no guard; ${remedy}`);
  }
  const warnings = [...handler.warnings, ...identityWarnings(found, actions)];
  const text = [table(actions), ...warnings.map((warning) => `Warning: ${warning}`)].join("\n\n");
  return { actions, unguarded: open.map(({ name }) => name), warnings, text };
}

/** Returns a warning if users can be distinguished only by cookies. */
function identityWarnings(found: readonly RegisteredAction[], actions: readonly AuditedAction[]): readonly string[] {
  const isIdentified = found.every(({ isIdentified }) => isIdentified);
  // An action without a guard has no users to distinguish, and a signature does not identify a user.
  const guarded = actions.filter(({ method, guards }) =>
    method === "POST" && guards.some((guard) => guard !== "signature")
  );
  if (isIdentified || guarded.length === 0) return [];
  const names = guarded.slice(0, 3).map(({ name }) => `"${name}"`).join(", ");
  const more = guarded.length > 3 ? ` and ${guarded.length - 3} more` : "";
  return [
    `users of ${names}${more} are distinguished only by the HttpOnly cookies that this application sets; ` +
    `set createHandler({ principal }), or name its session cookies in idempotency.cookies`,
  ];
}

function auditAction({ action, source, isGuardedByHandler, limits, rate }: RegisteredAction): AuditedAction {
  const { form } = action;
  const guards: AuditedGuard[] = [];
  if (isGuardedByHandler) guards.push("handler");
  if (action.guard !== null) guards.push("action");
  if (action.verify !== null) guards.push("signature");
  if (isAnyForm(form) && form.guard !== undefined) guards.push("form");
  return {
    name: action.name,
    uid: action.uid,
    method: action.method,
    guards,
    isPublic: action.skipHandlerGuard,
    input: inputOf(action),
    takesFiles: action.onFile !== null,
    limits: changedLimits(limits),
    rate: rate === null ? null : `${rate.limit} in ${rate.seconds} s`,
    place: source === null ? null : `${source.file} ${source.exportName}`,
  };
}

function inputOf({ form, input }: RegisteredAction["action"]): string {
  if (isAnyForm(form)) return form.kind === "formset" ? `formset ${form.prefix}` : `form ${form.name}`;
  if (form !== null) return "form of the request";
  return input === null ? "any data" : `schema ${input["~standard"].vendor}`;
}

function changedLimits(limits: Limits): Readonly<Record<string, number>> {
  const names = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[]; // The record is frozen and has exactly these keys.
  return Object.fromEntries(
    names.filter((name) => limits[name] !== DEFAULT_LIMITS[name]).map((name) => [name, limits[name]]),
  );
}

const COLUMNS = ["action", "method", "guard", "input", "limits", "rate", "declared in"];

function table(actions: readonly AuditedAction[]): string {
  const rows = [COLUMNS, ...actions.map(cells)];
  const widths = COLUMNS.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ").trimEnd()).join("\n");
}

function cells({ name, method, guards, isPublic, input, takesFiles, limits, rate, place }: AuditedAction): string[] {
  const who = [...guards, ...(isPublic ? ["public"] : [])].join(", ");
  const changed = Object.entries(limits).map(([name, value]) => `${name} ${value}`).join(", ");
  return [
    name,
    method,
    who === "" ? "NONE" : who,
    takesFiles ? `${input}, files` : input,
    changed === "" ? "default" : changed,
    rate ?? "any",
    place ?? "",
  ];
}
