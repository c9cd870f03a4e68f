/** The audit log: the calls of actions with user and outcome, and the invalid forms. */
import { type DispatchContext, type FormValidationFailed, RegistryFormActionBackend } from "@hyper/actions";
import { all, run } from "./database.ts";
import { userOf } from "./session.ts";

/** A call of an action. */
export interface AuditEntry {
  readonly at: string;
  readonly action: string;
  readonly principal: string;
  readonly status: number;
  readonly ms: number;
}

/** An invalid form. */
export interface Refusal {
  readonly at: string;
  readonly action: string;
  readonly principal: string;
  readonly errors: number;
  readonly fields: string;
}

/**
 * Records each call around everything that the library does for it: guards, validation, action function, response. So it also
 * records calls that do not reach the action function.
 */
export class AuditBackend extends RegistryFormActionBackend {
  override async dispatch(request: Request, uid: string, context: DispatchContext): Promise<Response> {
    // Read before the action, which may sign the user out.
    const principal = roleOf(request);
    const start = performance.now();
    const response = await super.dispatch(request, uid, context);
    // For a stream, the time until it starts.
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

/** Records an invalid form: the names of its fields, never their values. A receiver of `formValidationFailed`. */
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

/** Returns the last calls, newest first. */
export function listAudit(): AuditEntry[] {
  return all("SELECT * FROM audit ORDER BY id DESC LIMIT 100").map(({ at, action, principal, status, ms }) => ({
    at: String(at),
    action: String(action),
    principal: String(principal),
    status: Number(status),
    ms: Number(ms),
  }));
}

/** Returns the last invalid forms, newest first. */
export function listRefusals(): Refusal[] {
  return all("SELECT * FROM refusals ORDER BY id DESC LIMIT 100").map(({ at, action, principal, errors, fields }) => ({
    at: String(at),
    action: String(action),
    principal: String(principal),
    errors: Number(errors),
    fields: String(fields),
  }));
}

/** Deletes all records. */
export function clearAudit(): void {
  run("DELETE FROM audit");
  run("DELETE FROM refusals");
}

function roleOf(request: Request): string {
  return userOf(request)?.role ?? "anonymous";
}
