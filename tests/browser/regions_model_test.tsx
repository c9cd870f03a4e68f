/**
 * Random interleavings of actions, changes, gaps of the bus, navigations and Back, in two tabs: at the end every region equals the state
 * of the server. `RANDOM_SEED` repeats a run, `RANDOM_RUNS` sets their number.
 */
import type { Page } from "playwright-core";
import {
  action,
  type Bus,
  changed,
  ClientScript,
  createHandler,
  createMemoryBus,
  type LayoutProps,
  region,
  type SubscribeOptions,
} from "../../mod.ts";
import { withPage } from "../support/browser.ts";
import { createRandom, type Random } from "../support/random.ts";
import type {} from "../../client.ts";

const seed = Number(Deno.env.get("RANDOM_SEED") ?? Math.floor(Math.random() * 2 ** 32));
const RUNS = Number(Deno.env.get("RANDOM_RUNS") ?? 2);
/** Number of rounds of a run, and of random steps in each: a later change would hide that one was lost. */
const ROUNDS = 10;
const STEPS = 7;
/** Milliseconds in which the tabs must show the state of the server, after the last step: longer than two attempts to connect. */
const REST = 15_000;
const CELLS = ["a", "b", "c"];

/** A bus that loses messages, until it reports the gap to its subscribers. */
function lossyBus() {
  const bus = createMemoryBus();
  const gaps = new Set<() => void>();
  let isLosing = false;
  const lossy: Bus = {
    publish: (topic, message, options) => bus.publish(topic, message, options),
    subscribe: (topic, listener, options: SubscribeOptions = {}) => {
      if (options.onGap) gaps.add(options.onGap);
      return bus.subscribe(topic, (message) => isLosing || listener(message), options);
    },
  };
  return {
    bus: lossy,
    lose: () => isLosing = true,
    heal: () => {
      if (!isLosing) return;
      isLosing = false;
      for (const onGap of gaps) onGap();
    },
  };
}

/** Two pages with cells in a group, a sum, and a list, whose renders and actions take random times. */
function modelApp(random: Random) {
  const values: Record<string, number> = {};
  const network = lossyBus();
  const valueOf = (page: unknown, cell: unknown) => values[`${page}:${cell}`] ?? 0;
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, random(40)));
  const sumOf = (page: unknown) => CELLS.reduce((sum, cell) => sum + valueOf(page, cell), 0);

  const Cell = region(
    "cell",
    { depends: ({ params, instance }) => `cell:${params.id}:${instance}` },
    async ({ params, instance }) => {
      const value = valueOf(params.id, instance);
      await pause();
      return <b id={`cell-${instance}`}>{`${instance}${value}`}</b>;
    },
  );
  const Group = region("group", { depends: ({ params }) => `cell:${params.id}:a` }, async ({ params }) => {
    const value = valueOf(params.id, "a");
    await pause();
    return (
      <div id="group">
        <i>{`group${value}`}</i> <Cell instance="a" /> <Cell instance="b" />
      </div>
    );
  });
  const Late = region(
    "late",
    {
      depends: ({ params }) => CELLS.map((cell) => `cell:${params.id}:${cell}`),
      load: "lazy",
      fallback: () => <p id="late">?</p>,
    },
    async ({ params }) => {
      const sum = sumOf(params.id);
      await pause();
      return <p id="late">{`late${sum}`}</p>;
    },
  );
  // In the layout: the same on both pages.
  const Total = region("total", { depends: "total", shared: true }, async () => {
    const total = sumOf(1) + sumOf(2);
    await pause();
    return <output id="total">{`total${total}`}</output>;
  });
  const List = region("list", { depends: ({ params }) => `list:${params.id}`, append: true }, async (ctx) => {
    const { params, cursor, more } = ctx;
    const sum = sumOf(params.id);
    await pause();
    const from = Number(cursor ?? 0);
    return (
      <ul id="list">
        <li id={`item-${from}`}>{`item${from}:${sum}`}</li>
        {from < 3 && (
          <li>
            <a {...more(from + 1)}>More</a>
          </li>
        )}
      </ul>
    );
  });
  const add = async (page: number, cell: string) => {
    await pause();
    values[`${page}:${cell}`] = valueOf(page, cell) + 1;
  };
  const topicsOf = (page: number, cell: string) => [`cell:${page}:${cell}`, "total", `list:${page}`];
  const once = action("once", async ({ data }) => {
    await add(Number(data.page), String(data.cell));
    return changed(...topicsOf(Number(data.page), String(data.cell)));
  });
  const steps = action("steps", async function* ({ data }) {
    const [page, cell] = [Number(data.page), String(data.cell)];
    yield changed(...topicsOf(page, cell));
    await add(page, cell);
    await add(page, cell);
  });
  const Layout = ({ children }: Pick<LayoutProps, "children">) => (
    <html lang="en">
      <head>
        <title>Model</title>
        <ClientScript />
      </head>
      <body hyper-nav>
        <Total />
        <nav>
          <a href="/p/1">One</a> <a href="/p/2">Two</a>
        </nav>
        <main>{children}</main>
      </body>
    </html>
  );
  const PageOf = () => (
    <>
      <Group />
      <Cell instance="c" />
      <Late />
      <List />
    </>
  );
  const Whole = () => (
    <Layout>
      <PageOf />
    </Layout>
  );
  const handler = createHandler({
    keys: ["k".repeat(32)],
    bus: network.bus,
    heartbeatSeconds: 1,
    pages: [{
      path: "/p/[id]",
      load: () => Promise.resolve({ default: Whole, Cell, Group, Late, Total, List, once, steps }),
    }],
  });
  /** The texts that a page must show, by selector, except for those of its list, which may have any number of items. */
  const expected = (page: string): Record<string, string> => ({
    "#total": `total${sumOf(1) + sumOf(2)}`,
    "#group i": `group${valueOf(page, "a")}`,
    "#group #cell-a": `a${valueOf(page, "a")}`,
    "#group #cell-b": `b${valueOf(page, "b")}`,
    "#cell-c": `c${valueOf(page, "c")}`,
    "#late": `late${sumOf(page)}`,
  });
  const elsewhere = async (page: number, cell: string) => {
    await add(page, cell);
    await handler.changed(...topicsOf(page, cell) as [string]);
  };
  return { handler, network, expected, elsewhere, sumOf };
}

type ModelApp = ReturnType<typeof modelApp>;

/** Takes one random step; returns its name. */
async function step(page: Page, random: Random, { network, elsewhere }: ModelApp): Promise<string> {
  const data = { page: 1 + random(2), cell: CELLS[random(CELLS.length)] ?? "a" };
  switch (random(10)) {
    case 0:
    case 1:
    case 2: {
      const name = random(3) === 0 ? "steps" : "once";
      await page.evaluate(([name, data]) => void globalThis.action(name, data).catch(() => {}), [name, data] as const);
      return `${name} ${data.page}:${data.cell}`;
    }
    case 3:
    case 4:
      for (let count = random(4); count >= 0; count--) void elsewhere(data.page, data.cell);
      return `elsewhere ${data.page}:${data.cell}`;
    case 5:
      network.lose();
      return "lose";
    case 6:
      network.heal();
      return "heal";
    case 7: {
      const name = random(2) === 0 ? "One" : "Two";
      await page.evaluate((name) => {
        const links = document.querySelectorAll<HTMLElement>("nav a");
        [...links].find((link) => link.textContent === name)?.click();
      }, name);
      return `to ${name}`;
    }
    case 8:
      await page.evaluate(() => navigation.canGoBack && history.back());
      return "back";
    default:
      await page.evaluate(() => document.querySelector<HTMLElement>("[data-hyper-more]")?.click());
      return "more";
  }
}

/** A step that meets a page as it is replaced by another one does nothing. */
function duringLoad(error: unknown): string {
  if (String(error).includes("Execution context was destroyed")) return "nothing";
  throw error;
}

/** Waits until a page shows the state of the server; throws with the differences otherwise. */
async function settled(page: Page, { expected, sumOf }: ModelApp): Promise<void> {
  const deadline = Date.now() + REST;
  for (;;) {
    const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    const wanted = { ...expected(id), items: `${sumOf(id)}` };
    const shown = await page.evaluate((selectors) => {
      const texts = selectors.map((selector) => [selector, document.querySelector(selector)?.textContent ?? null]);
      const sums = new Set([...document.querySelectorAll("#list [id]")].map((item) => item.textContent?.split(":")[1]));
      return Object.fromEntries([...texts, ["items", [...sums].join()]]);
    }, Object.keys(expected(id)));
    const different = Object.entries(wanted).filter(([name, text]) => shown[name] !== text);
    if (different.length === 0) return;
    if (Date.now() > deadline) {
      throw new Error(different.map(([name, text]) => `${name} is ${shown[name]}, not ${text}`).join("; "));
    }
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
}

for (let run = 0; run < RUNS; run++) {
  Deno.test(`regions equal the state of the server after random steps, seed ${seed + run}`, async () => {
    const random = createRandom(seed + run);
    const app = modelApp(random);
    const log: string[] = [];
    try {
      await withPage(app.handler, async ({ page, context }) => {
        const other = await context.newPage();
        await page.goto("/p/1");
        await other.goto("/p/1");
        for (let round = 0; round < ROUNDS; round++) {
          for (let count = 0; count < STEPS; count++) {
            const at = random(3) === 0 ? other : page;
            log.push(`${at === other ? "other" : "first"}: ${await step(at, random, app).catch(duringLoad)}`);
            if (random(4) > 0) continue;
            await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), random(120));
          }
          app.network.heal();
          for (const tab of [other, page]) {
            // A hidden tab waits until it is shown.
            await tab.bringToFront();
            await settled(tab, app);
          }
          log.push("settled");
        }
      });
    } catch (error) {
      throw new Error(`Cannot reach the state of the server, RANDOM_SEED=${seed + run}: ${log.join(", ")}`, {
        cause: error,
      });
    } finally {
      await app.handler.close();
    }
  });
}
