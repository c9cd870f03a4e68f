import { action, Form, html, remove } from "@hyper/actions";
import { z } from "zod";

const MODES = ["inner", "outer", "before", "after", "prepend", "append", "morph", "none"] as const;

export const swapSpot = action("swap_spot", { input: z.object({ mode: z.enum(MODES) }) }, ({ data: { mode } }) => {
  const text = `${mode}. `;
  // The replacement needs the same id, so that the next patch finds it.
  const replaces = mode === "outer" || mode === "morph";
  return html(replaces ? <b id="spot">{text}</b> : <i>{text}</i>, { target: "#spot", swap: mode });
});

export const removeSpot = action("remove_spot", () => remove("#spot"));

export const resetSpot = action("reset_spot", () => html(<Spot />, { target: "#around", swap: "morph" }));

// Changes the order every half second. Text in a row, and the caret, stay in that row.
export const shuffle = action("shuffle", async function* () {
  for (let step = 1; step <= 8; step++) {
    const teas = TEAS.map((_, index) => TEAS[(index + step) % TEAS.length] ?? "");
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
          <button>Reset</button>
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
