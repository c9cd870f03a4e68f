import { action, defineForm, Field, field, Form, html } from "@hyper/actions";
import { z } from "zod";

const TEAS = [
  "Assam",
  "Ceylon",
  "Darjeeling",
  "Earl Grey",
  "Genmaicha",
  "Gunpowder",
  "Keemun",
  "Lapsang",
  "Oolong",
  "Sencha",
];

const FindForm = defineForm("find_tea", { fields: { q: field.text({ label: "Tea", maxlength: 40 }) } });

// Sent while the user types. The newest request counts, and a late answer is never shown.
export const findTeas = action("find_teas", { form: FindForm, method: "GET" }, ({ form }) => {
  const wanted = (form.values.q ?? "").toLowerCase();
  const found = TEAS.filter((tea) => tea.toLowerCase().includes(wanted));
  return html(<ul>{found.map((tea) => <li key={tea}>{tea}</li>)}</ul>, { target: "#teas-found", swap: "inner" });
});

const PAGE = 3;

// "Load more": the element is replaced by the next rows, and by itself with the data of the page after them.
export const moreTeas = action(
  "more_teas",
  { method: "GET", input: z.object({ from: z.number().int().min(0).max(TEAS.length) }) },
  ({ data: { from } }) => html(<More from={from} />, { target: "#more-teas" }),
);

export const drink = action(
  "drink",
  { input: z.object({ tea: z.string().max(40) }) },
  ({ data: { tea } }) => html(<li>{tea}</li>, { target: "#drunk", swap: "append" }),
);

export function Demo() {
  return (
    <>
      <h2>Search as you type</h2>
      <Form action={findTeas} hyper-on="input" hyper-delay="150">
        <Field name="q" autocomplete="off" />
        <button>Find</button>
      </Form>
      <div id="teas-found" class="box" aria-live="polite" />

      <h2>Load more when visible</h2>
      <ul class="log">
        <More from={0} />
      </ul>

      <h2>Confirm, and a shortcut</h2>
      <Form action={drink}>
        <input type="hidden" name="tea" value="Sencha" />
        <button hyper-confirm="Drink the last Sencha?">Drink</button>
        <button
          class="quiet"
          hyper-action="drink"
          hyper-data='{"tea":"Assam"}'
          hyper-on="click, keydown.alt+a"
          aria-keyshortcuts="Alt+A"
        >
          Assam (Alt+A)
        </button>
      </Form>
      <ul id="drunk" class="log" aria-live="polite" />
    </>
  );
}

function More({ from }: { readonly from: number }) {
  const next = from + PAGE;
  return (
    <>
      {TEAS.slice(from, next).map((tea) => <li key={tea}>{tea}</li>)}
      {next < TEAS.length && (
        <li
          id="more-teas"
          hyper-action="more_teas"
          hyper-method="get"
          hyper-data={JSON.stringify({ from: next })}
          hyper-on="visible"
        >
          More…
        </li>
      )}
    </>
  );
}
