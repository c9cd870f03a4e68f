/** The audit log: who asked for which action, what came of it, and which forms were refused. */
import { type DispatchContext, type FormValidationFailed, RegistryFormActionBackend } from "@hyper/actions";
import { all, run } from "./database.ts";
import { userOf } from "./session.ts";

/** One action that was asked for. */
export interface AuditEntry {
  readonly at: string;
  readonly action: string;
  readonly principal: string;
  readonly status: number;
  readonly ms: number;
}

/** One form that was refused. */
export interface Refusal {
  readonly at: string;
  readonly action: string;
  readonly principal: string;
  readonly errors: number;
  readonly fields: string;
}

/**
 * Writes a line for each action, around everything that the library does for it: guards, validation, the handler, the
 * answer. A refusal is a line too, which a line in the handler would not be.
 */
export class AuditBackend extends RegistryFormActionBackend {
  override async dispatch(request: Request, uid: string, context: DispatchContext): Promise<Response> {
    // Before: an action that signs somebody out leaves nobody to name.
    const principal = roleOf(request);
    const start = performance.now();
    const response = await super.dispatch(request, uid, context);
    // Of a stream this is the time until it began.
    const ms = performance.now() - start;
    const action = this.getByUid(uid)?.name ?? uid;
    run(
      "INSERT INTO audit (at, action, principal, status, ms) VALUES (?, ?, ?, ?, ?)",
      new Date().toISOString(),
      action,
      principal,
      response.status,
      ms,
    );
    return response;
  }
}

/** Writes down a form that was refused: which fields, never what was in them. A receiver of `formValidationFailed`. */
export function recordRefusal({ actionName, errorCount, fieldNames, request }: FormValidationFailed): void {
  run(
    "INSERT INTO refusals (at, action, principal, errors, fields) VALUES (?, ?, ?, ?, ?)",
    new Date().toISOString(),
    actionName,
    roleOf(request),
    errorCount,
    fieldNames.map((name) => name === "" ? "the whole form" : name).join(", "),
  );
}

/** The last actions, the newest first. */
export function listAudit(): AuditEntry[] {
  return all("SELECT * FROM audit ORDER BY id DESC LIMIT 100").map(({ at, action, principal, status, ms }) => ({
    at: String(at),
    action: String(action),
    principal: String(principal),
    status: Number(status),
    ms: Number(ms),
  }));
}

/** The last forms that were refused, the newest first. */
export function listRefusals(): Refusal[] {
  return all("SELECT * FROM refusals ORDER BY id DESC LIMIT 100").map(({ at, action, principal, errors, fields }) => ({
    at: String(at),
    action: String(action),
    principal: String(principal),
    errors: Number(errors),
    fields: String(fields),
  }));
}

/** Forgets everything that was written down. */
export function clearAudit(): void {
  run("DELETE FROM audit");
  run("DELETE FROM refusals");
}

function roleOf(request: Request): string {
  return userOf(request)?.role ?? "nobody";
}
