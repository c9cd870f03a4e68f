import { action, Form, history, html } from "@hyper/actions";
import { z } from "zod";
import type { DemoProps } from "../../demos.ts";

const TEAS = [
  "Assam",
  "Bancha",
  "Ceylon",
  "Darjeeling",
  "Earl Grey",
  "Genmaicha",
  "Keemun",
  "Lapsang",
  "Oolong",
  "Sencha",
];

// Changes a part of the page and the URL, so that the Back button and bookmarks work.
export const chooseTea = action("choose_tea", { input: z.object({ tea: z.enum(TEAS) }) }, ({ data: { tea } }) => [
  html(<Chosen tea={tea} />, { target: "#chosen" }),
  history({ push: `/show/history?${new URLSearchParams({ tea })}` }),
]);

export function Demo({ url }: DemoProps) {
  const search = url.searchParams.get("search") ?? "";
  const found = TEAS.filter((tea) => tea.toLowerCase().includes(search.toLowerCase()));
  return (
    // Links and GET forms in this element fetch the page and morph it, without leaving the document.
    <div hyper-nav>
      <form method="get" action="/show/history">
        <label for="search">Find a tea</label>
        <input id="search" name="search" type="search" value={search} autocomplete="off" />
        <button>Find</button>
      </form>
      <p>
        <a href="/show/history?search=a">Teas with an a</a>, <a href="/show/history">all</a>,{" "}
        <a href="/show/history" hyper-no-nav>all, with a full page load</a>
      </p>
      <Form action={chooseTea}>
        <div class="buttons">
          {found.map((tea) => <button key={tea} name="tea" value={tea} class="quiet">{tea}</button>)}
        </div>
      </Form>
      <Chosen tea={url.searchParams.get("tea")} />
    </div>
  );
}

const Chosen = ({ tea }: { readonly tea: string | null }) => (
  <p id="chosen" class="box">{tea === null ? "No tea chosen" : `You chose ${tea}`}</p>
);
