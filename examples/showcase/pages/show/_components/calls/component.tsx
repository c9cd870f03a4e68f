import { action } from "@hyper/actions";
import { z } from "zod";

// Returns data. In TypeScript, the caller gets its type.
export const rollDice = action(
  "roll_dice",
  {
    input: z.object({ sides: z.int().min(2, "At least two sides").max(100), times: z.int().min(1).max(6).default(2) }),
  },
  ({ data: { sides, times } }) => {
    const rolls = Array.from({ length: times }, () => 1 + Math.floor(Math.random() * sides));
    return { rolls, total: rolls.reduce((sum, roll) => sum + roll) };
  },
);

export function Demo() {
  return (
    <div data-dice>
      <label for="sides">Sides</label>
      <input id="sides" type="number" value="6" />
      <p class="buttons">
        <button type="button" data-roll>Roll two dice</button>
      </p>
      <output class="big" for="sides" />
      <noscript>
        <p>This example needs JavaScript.</p>
      </noscript>
    </div>
  );
}
