/** The audit log: called actions with their user and status, and invalid forms. */
import { type DispatchContext, type FormValidationFailed, RegistryFormActionBackend } from "@hyper/actions";
import { all, run } from "./database.ts";
import { userOf } from "./session.ts";

/** A called action. */
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
 * Writes a line for each action, including guards, validation and the response. Unlike a line in the action function, this also
 * records rejected requests.
 */
export class AuditBackend extends RegistryFormActionBackend {
  override async dispatch(request: Request, uid: string, context: DispatchContext): Promise<Response> {
    // Read before the action runs, because the action may sign the user out.
    const principal = roleOf(request);
    const start = performance.now();
    const response = await super.dispatch(request, uid, context);
    // For a stream, the time until its start.
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

/** Records an invalid form: its fields, but not their values. A receiver of `formValidationFailed`. */
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

/** Returns the last actions, newest first. */
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

/** Deletes the log. */
export function clearAudit(): void {
  run("DELETE FROM audit");
  run("DELETE FROM refusals");
}

function roleOf(request: Request): string {
  return userOf(request)?.role ?? "anonymous";
}
