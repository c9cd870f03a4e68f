import { action, changed, Form, type Markup, region } from "@hyper/actions";
import { z } from "zod";

const TEAS = ["Green", "Black", "Herbal"] as const;

// In the memory of one process. Use a database to keep it.
const votes = new Map<string, number>(TEAS.map((tea) => [tea, 0]));

// One region for each tea. All users see the same, so that it is rendered once after a change. Everyone may see it.
export const Votes = region(
  "votes",
  { depends: ({ instance }) => `votes:${instance}`, shared: true, guard: () => true },
  ({ instance }) => <td>{votes.get(instance ?? "") ?? 0}</td>,
);

// Depends on the votes of every tea.
export const Total = region(
  "total_votes",
  { depends: TEAS.map((tea) => `votes:${tea}`), shared: true, guard: () => true },
  () => <tfoot>{row("Total", <td>{votes.values().reduce((sum, count) => sum + count, 0)}</td>)}</tfoot>,
);

export const vote = action("vote_tea", { input: z.object({ tea: z.enum(TEAS) }) }, ({ data: { tea } }) => {
  votes.set(tea, (votes.get(tea) ?? 0) + 1);
  // Names the topic. The regions that depend on it change: here, in every other tab, and nothing else of the page.
  return changed(`votes:${tea}`);
});

export function Demo() {
  return (
    <>
      <table>
        <caption>Votes</caption>
        <tbody>{TEAS.map((tea) => row(tea, <Votes instance={tea} />))}</tbody>
        <Total />
      </table>
      <Form action={vote} class="row" aria-label="Vote">
        {TEAS.map((tea) => <button key={tea} name="tea" value={tea}>{tea}</button>)}
      </Form>
    </>
  );
}

function row(name: string, votes: Markup) {
  return (
    <tr key={name}>
      <th scope="row">{name}</th>
      {votes}
    </tr>
  );
}
