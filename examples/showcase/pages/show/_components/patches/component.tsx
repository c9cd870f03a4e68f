import { action, Form, html, remove } from "@hyper/actions";
import { z } from "zod";

const MODES = ["inner", "outer", "before", "after", "prepend", "append", "morph", "none"] as const;

export const swapSpot = action("swap_spot", { input: z.object({ mode: z.enum(MODES) }) }, ({ data: { mode } }) => {
  const text = `${mode}. `;
  // What replaces the element has to be one that can be found again.
  const replaces = mode === "outer" || mode === "morph";
  return html(replaces ? <b id="spot">{text}</b> : <i>{text}</i>, { target: "#spot", swap: mode });
});

export const removeSpot = action("remove_spot", () => remove("#spot"));

export const resetSpot = action("reset_spot", () => html(<Spot />, { target: "#around", swap: "morph" }));

// Every half second another order: what is typed into a row stays in it, with the caret where it was.
export const shuffle = action("shuffle", async function* () {
  for (let turn = 1; turn <= 8; turn++) {
    const teas = TEAS.map((_, index) => TEAS[(index + turn) % TEAS.length] ?? "");
    yield html(<Teas teas={teas} />, { target: "#teas", swap: "morph" });
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
});

export function Demo() {
  return (
    <>
      <h2>Swap modes</h2>
      <Spot />
      <Form action={swapSpot}>
        <div class="buttons">
          {MODES.map((mode) => <button key={mode} name="mode" value={mode} class="quiet">{mode}</button>)}
        </div>
      </Form>
      <div class="buttons">
        <Form action={removeSpot}>
          <button class="quiet">delete</button>
        </Form>
        <Form action={resetSpot}>
          <button>Begin again</button>
        </Form>
      </div>
      <h2>Morph</h2>
      <Form action={shuffle}>
        <button hyper-loading-disable>Shuffle for four seconds</button>
      </Form>
      <Teas teas={TEAS} />
    </>
  );
}

const TEAS = ["Assam", "Ceylon", "Darjeeling"];

const Spot = () => (
  <div id="around" class="box">
    <b id="spot">The target.</b>
  </div>
);

const Teas = ({ teas }: { readonly teas: readonly string[] }) => (
  <ul id="teas">
    {teas.map((tea) => (
      <li key={tea} id={`tea-${tea}`}>
        <label for={`note-${tea}`}>{tea}</label>
        <input id={`note-${tea}`} placeholder="Type here while it moves" />
      </li>
    ))}
  </ul>
);
