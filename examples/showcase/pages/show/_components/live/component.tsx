import { action, Form, html, live } from "@hyper/actions";
import { z } from "zod";

const LAMPS = 18;
const TOPIC = "lamps";

// In the memory of one process. Use a database to keep it.
const lit = new Set<number>();
let watchers = 0;

// A GET, because it only reads. It stays open with the page.
export const watchLamps = action("watch_lamps", { method: "GET" }, async function* ({ publish }) {
  watchers += 1;
  try {
    await publish(TOPIC, html(<Watchers />, { target: "#watchers" }));
    yield live(TOPIC, { refresh: "#lamps" });
  } finally {
    watchers -= 1;
    await publish(TOPIC, html(<Watchers />, { target: "#watchers" }));
  }
});

const Input = z.object({ lamp: z.coerce.number().int().min(0).max(LAMPS - 1) });

export const toggleLamp = action("toggle_lamp", { input: Input }, async ({ data: { lamp }, publish }) => {
  if (!lit.delete(lamp)) lit.add(lamp);
  const shown = html(<Lamp lamp={lamp} />, { target: `#lamp-${lamp}`, swap: "morph" });
  // To all other tabs. The tab that called the action receives the returned item.
  await publish(TOPIC, shown);
  return shown;
});

export function Demo() {
  return (
    <div id="lamps" hyper-action="watch_lamps" hyper-method="get" hyper-on="load">
      <Form action={toggleLamp} hyper-sync="queue" aria-label="Lamps">
        <div class="lamps">
          {Array.from({ length: LAMPS }, (_, lamp) => <Lamp key={lamp} lamp={lamp} />)}
        </div>
      </Form>
      <Watchers />
    </div>
  );
}

const Lamp = ({ lamp }: { readonly lamp: number }) => (
  <button id={`lamp-${lamp}`} name="lamp" value={lamp} aria-label={`Lamp ${lamp + 1}`} aria-pressed={lit.has(lamp)} />
);

const Watchers = () => (
  <p id="watchers">
    {watchers === 0
      ? "No browser is connected"
      : watchers === 1
      ? "1 browser is connected"
      : `${watchers} browsers are connected`}
  </p>
);
