/**
 * `auditActions()`: every action of a handler, and who decides that it may run.
 *
 * @module
 */
import { isAnyForm } from "./forms/any_form.ts";
import type { Handler, RegisteredAction } from "./handler/options.ts";
import { DEFAULT_LIMITS, type Limits } from "./http/limits.ts";

/** What an audit asks for. */
export interface AuditOptions {
  /** Whether every action has to be guarded, or to say `skipHandlerGuard: true`. Default: `false`. */
  readonly requireGuard?: boolean | undefined;
}

/** Who decides that an action may run. */
export type AuditedGuard =
  /** The guard of the handler. */
  | "handler"
  /** The action's own. */
  | "action"
  /** That of its form. */
  | "form"
  /** The signature of a webhook. */
  | "signature";

/** One action, as an audit sees it. */
export interface AuditedAction {
  /** The full name. */
  readonly name: string;
  /** The UID its URL ends in. */
  readonly uid: string;
  /** The only method it answers to. */
  readonly method: "GET" | "POST";
  /** Who decides that it may run, in the order they are asked; empty for everyone. */
  readonly guards: readonly AuditedGuard[];
  /** Whether it says that it is for everyone. */
  readonly isPublic: boolean;
  /** What it takes: `form note`, `formset rows`, `schema zod`; `form of the request` where a function makes it; else `any data`. */
  readonly input: string;
  /** Whether it takes files itself, as they arrive. */
  readonly takesFiles: boolean;
  /** The limits that differ from the defaults, by name. */
  readonly limits: Readonly<Record<string, number>>;
  /** How often one caller may run it, such as `5 in 60 s`; `null` for any number. */
  readonly rate: string | null;
  /** Where it was declared, such as `pages/page.tsx addTodo`; `null` where it is not known. */
  readonly place: string | null;
}

/** What an audit found. */
export interface ActionAudit {
  /** Every action, by name. */
  readonly actions: readonly AuditedAction[];
  /** The names of those that nobody guards and that do not say `skipHandlerGuard: true`. */
  readonly unguarded: readonly string[];
  /** Options of the handler that are not set and decide what is safe, one sentence each. */
  readonly warnings: readonly string[];
  /** All of it for a terminal: the actions as a table, then the warnings. */
  readonly text: string;
}

/**
 * Lists every action of a handler with its guards, method, limits, rate, and what it takes.
 *
 * What a dependency refuses, as one that asks who is signed in, is not seen here: a guard is what was declared as one, for
 * all actions, for an action, or for its form.
 *
 * @param handler The handler.
 * @param options What is asked for.
 * @returns What was found.
 * @throws {TypeError} With `requireGuard`, when an action has neither a guard nor `skipHandlerGuard: true`; the message names them all.
 *
 * @example In a test: no action is left open by mistake
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
  const actions = found.map(look).sort((a, b) => a.name < b.name ? -1 : 1);
  const open = actions.filter(({ guards, isPublic }) => guards.length === 0 && !isPublic);
  if (options.requireGuard === true && open.length > 0) {
    const names = open.map(({ name, place }) => place === null ? `"${name}"` : `"${name}" (${place})`).join(", ");
    throw new TypeError(
      `Cannot vouch for ${open.length === 1 ? "action" : "actions"} ${names}: nobody guards ${
        open.length === 1 ? "it" : "them"
      }; give a guard to each, or one for all to createHandler(), or say skipHandlerGuard: true`,
    );
  }
  const warnings = [...handler.warnings, ...identityWarnings(found, actions)];
  const text = [table(actions), ...warnings.map((warning) => `Warning: ${warning}`)].join("\n\n");
  return { actions, unguarded: open.map(({ name }) => name), warnings, text };
}

/** Warns where users are told apart by cookies alone, as far as that can be seen from outside. */
function identityWarnings(found: readonly RegisteredAction[], actions: readonly AuditedAction[]): readonly string[] {
  const isIdentified = found.every(({ isIdentified }) => isIdentified);
  // An action that asks for nobody has no users to tell apart, and a signature is not a user.
  const guarded = actions.filter(({ method, guards }) =>
    method === "POST" && guards.some((guard) => guard !== "signature")
  );
  if (isIdentified || guarded.length === 0) return [];
  const names = guarded.slice(0, 3).map(({ name }) => `"${name}"`).join(", ");
  return [
    `users of ${names}${
      guarded.length > 3 ? ` and ${guarded.length - 3} more` : ""
    } are told apart by the HttpOnly cookies ` +
    `this application sets; give createHandler({ principal }), or name the cookies of its sessions in idempotency.cookies`,
  ];
}

function look({ action, source, isGuardedByHandler, limits, rate }: RegisteredAction): AuditedAction {
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
    limits: differing(limits),
    rate: rate === null ? null : `${rate.limit} in ${rate.seconds} s`,
    place: source === null ? null : `${source.file} ${source.exportName}`,
  };
}

function inputOf({ form, input }: RegisteredAction["action"]): string {
  if (isAnyForm(form)) return form.kind === "formset" ? `formset ${form.prefix}` : `form ${form.name}`;
  if (form !== null) return "form of the request";
  return input === null ? "any data" : `schema ${input["~standard"].vendor}`;
}

function differing(limits: Limits): Readonly<Record<string, number>> {
  const names = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[]; // The record is frozen, and has these keys alone.
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
  const differing = Object.entries(limits).map(([name, value]) => `${name} ${value}`).join(", ");
  return [
    name,
    method,
    who === "" ? "NONE" : who,
    takesFiles ? `${input}, files` : input,
    differing === "" ? "default" : differing,
    rate ?? "any",
    place ?? "",
  ];
}
