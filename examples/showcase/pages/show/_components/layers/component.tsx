import { action, html } from "@hyper/actions";
import { z } from "zod";
import type { DemoProps } from "../../demos.ts";

// Called with the value of close(), after the layer is closed.
export const showTea = action(
  "show_tea",
  { input: z.object({ value: z.string() }) },
  ({ data }) => html(<Chosen tea={data.value} />, { target: "#chosen-tea" }),
);

export function Demo({ url }: DemoProps) {
  return (
    <>
      <ul class="links">
        <li>
          <a href="/show/layers/choose" hyper-layer hyper-layer-action="show_tea">Choose a tea</a>
        </li>
        <li>
          <a href="/show/layers/choose" hyper-layer="drawer" hyper-layer-action="show_tea">Choose it in a drawer</a>
        </li>
        <li>
          <a href="/show/layers/help" hyper-layer="popover">Why tea?</a>
        </li>
      </ul>
      {/* Without scripts, close() leads to this page, with the tea in its URL. */}
      <Chosen tea={url.searchParams.get("tea")} />
    </>
  );
}

const Chosen = ({ tea }: { readonly tea: string | null }) => (
  <p id="chosen-tea" class="box">{tea === null ? "No tea chosen" : `You chose ${tea}`}</p>
);
