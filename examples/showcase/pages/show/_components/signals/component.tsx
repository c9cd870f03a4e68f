import { action, signals } from "@hyper/actions";
import { z } from "zod";

let total = 0;

// Sets `count` in the nearest x-data, and `total` in Alpine's store `hyper`.
export const addPoints = action(
  "add_points",
  { input: z.object({ count: z.int().min(0).max(1_000_000) }) },
  ({ data: { count } }) => {
    total += 1;
    return signals({ count: count + 1, $total: total });
  },
);

export function Demo() {
  return (
    <>
      <div x-data="{ count: 0, isOpen: false }">
        <p class="big" x-text="count">0</p>
        <p class="buttons">
          <button type="button" x-on:click="$action('add_points', { count: count })">Add one on the server</button>
          <button type="button" class="quiet" x-on:click="isOpen = !isOpen">Toggle in Alpine</button>
        </p>
        <p class="box" x-show="isOpen" x-cloak>Opened without a request</p>
        <p>
          Points of all users: <output x-text="$store.hyper.total || 'unknown'">unknown</output>
        </p>
      </div>
      <noscript>
        <p>This example needs JavaScript.</p>
      </noscript>
    </>
  );
}
