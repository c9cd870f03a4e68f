import { action, type ActionContext, Form, Page, type PageContext, refresh, toast } from "@hyper/actions";
import { clearAudit, listAudit, listRefusals } from "../../audit.ts";
import { clerksOnly } from "../../session.ts";
import { admit } from "../_components/session/component.tsx";

export const head = <title>Audit</title>;

/** A page class: its actions are methods, and share one instance per request with `render`. */
export default class AuditPage extends Page {
  override async render(ctx: PageContext) {
    // Markup or `false` is the response. Nothing allows the request.
    const refusal = await admit(ctx, ["clerk"]);
    if (refusal !== undefined) return refusal;
    return (
      <>
        <h1>Audit</h1>
        <Form action={this.clear} hyper-confirm="Delete the whole log?">
          <button class="quiet">Delete log</button>
        </Form>
        <Table
          title="Actions"
          columns={["Time (UTC)", "Action", "User", "Status", "ms"]}
          rows={listAudit().map((
            { at, action, principal, status, ms },
          ) => [TIME.format(new Date(at)), action, principal, status, ms.toFixed(1)])}
        />
        <Table
          title="Invalid forms"
          columns={["Time (UTC)", "Action", "User", "Errors", "Fields"]}
          rows={listRefusals().map(({ at, action, principal, errors, fields }) => [
            TIME.format(new Date(at)),
            action,
            principal,
            errors,
            fields,
          ])}
        />
      </>
    );
  }

  @action("clear_audit", { guard: clerksOnly })
  clear(_ctx: ActionContext) {
    clearAudit();
    return [refresh("#main"), toast("Log deleted")];
  }
}

const TIME = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });

interface TableProps {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

function Table({ title, columns, rows }: TableProps) {
  const id = title.toLowerCase().replace(" ", "-");
  return (
    <section>
      <h2 id={id}>{title}</h2>
      <table aria-labelledby={id}>
        <thead>
          <tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, index) => <tr key={index}>{row.map((cell, index) => <td key={index}>{cell}</td>)}</tr>)}
        </tbody>
      </table>
    </section>
  );
}
