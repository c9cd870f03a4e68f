/** A page of twenty regions. */
import { region } from "../../mod.ts";

/** A small region. */
export const Shown = region(
  "shown",
  { depends: ({ instance }) => `shown:${instance}`, guard: () => true },
  ({ instance }) => <section>{instance}: {"A line of text. ".repeat(20)}</section>,
);

export default function Page() {
  return <main>{Array.from({ length: 20 }, (_, index) => <Shown key={index} instance={`${index}`} />)}</main>;
}
