import { HyperError, type PageContext } from "@hyper/actions";
import { drafts } from "../../../drafts.ts";
import { Answered } from "../../_components/answered/component.tsx";

/** A sent registration. */
export async function render({ params, deps }: PageContext<"/done/[number]">) {
  const sent = await (await deps.get(drafts)).findSent(params.number);
  if (sent === null) throw new HyperError(404, "This registration does not exist");
  return (
    <>
      <h1>You are registered</h1>
      <p>
        Your registration number is <strong>{params.number}</strong>.
      </p>
      <Answered draft={sent} />
      <p>
        <a href="/">All workshops</a>
      </p>
    </>
  );
}
