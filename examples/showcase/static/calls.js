// A script, because this page shows how one calls an action.
import { createActions } from "/_hyper/client.js";

// In TypeScript: createActions<typeof import("./component.tsx")>(), and names, data and results are typed.
const { roll_dice } = createActions();

document.addEventListener("click", async ({ target }) => {
  const dice = target.closest("[data-roll]")?.closest("[data-dice]");
  if (!dice) return;
  const { ok, data, issues } = await roll_dice({ sides: dice.querySelector("input").valueAsNumber });
  dice.querySelector("output").value = ok
    ? `${data.rolls.join(" + ")} = ${data.total}`
    : Object.values(issues).flat().join(", ");
});
