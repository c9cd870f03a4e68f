/**
 * Predictions against a model: the page must be what the calls that have succeeded, and the predictions of those that may still, would
 * have made alone.
 *
 * Two frames run the same random schedule of calls and responses. One of them predicts; the other does not, so its page is that of the
 * server. After each step, the page of the first must equal a copy of the second, to which the pending predictions are applied.
 */
import { assertEquals } from "@std/assert";
import { withPage } from "../support/browser.ts";
import { app, html } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** Number of schedules. */
const SCHEDULES = 1000;

const FRAME = `<!doctype html><html lang="en"><title>Frame</title>
<script type="module" src="/_hyper/client.js"></script><body><main></main>
<form id="add" data-hyper-form="x"><input name="text" value="<b>a & b</b>">
  <template hyper-optimistic hyper-target="#a" hyper-swap="append"><li><span title="\uE000text\uE001">\uE000text\uE001</span></li></template>
</form>
<form id="two" data-hyper-form="x">
  <template hyper-optimistic hyper-target="#count" hyper-swap="inner">many</template>
  <template hyper-optimistic hyper-target="#b" hyper-swap="prepend"><li><span>first</span></li></template>
</form>
<form id="drop" data-hyper-form="x"><template hyper-optimistic hyper-target="#r2" hyper-swap="delete"></template></form>
<form id="set" data-hyper-form="x">
  <template hyper-optimistic hyper-target="#r1" hyper-swap="morph"><li id="r1" class="set"><i>1</i><span>set</span></li></template>
</form>
<form id="swap" data-hyper-form="x">
  <template hyper-optimistic hyper-target="#r3" hyper-swap="outer"><li id="r3"><span>swapped</span></li><li><span>twin</span></li></template>
</form></body></html>`;

/** Runs a schedule in the page. Returns its steps if the page differs from the model. */
type RunSchedule = (seed: number) => Promise<string | null>;

declare global {
  var runSchedule: RunSchedule;
}

Deno.test("the page equals the model after each step of 1,000 random schedules", async () => {
  const served = app({ body: `<p>Schedules</p>`, routes: { "/frame": () => html(FRAME) }, script: "" });
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(defineModel);
    for (let seed = 1; seed <= SCHEDULES; seed += 50) {
      const failed = await page.evaluate(async (first) => {
        for (let seed = first; seed < first + 50; seed++) {
          const steps = await globalThis.runSchedule(seed);
          if (steps) return `seed ${seed}:\n${steps}`;
        }
        return null;
      }, seed);
      assertEquals(failed, null);
    }
  }, { visitSeconds: 280 });
});

/** Runs in the page. */
async function defineModel(): Promise<void> {
  type SyncMode = "none" | "queue" | "latest" | "replace" | "block";
  /** An element below `<main>`: `a`, `a/r1`, `b`, …; empty for `<main>`. */
  type Place = string;
  /** A prediction: with a function, or with a form of the frame. */
  interface Predicting {
    readonly form?: string;
    readonly parts: readonly {
      readonly apply: (root: ParentNode) => void;
      /** The elements that it has removed or changed, and those to which it has added something. */
      places?: readonly Place[];
    }[];
  }
  interface Patch {
    readonly place: Place;
    readonly data: Readonly<Record<string, string>>;
  }
  interface Call {
    readonly name: string;
    readonly key: string;
    /** The parts of its prediction that have not ended. */
    parts: Predicting["parts"];
    isStream: boolean;
    /** The responses of the two frames. */
    readonly answers: ReadableStreamDefaultController<Uint8Array>[];
    readonly responses: ((response: Response | null) => void)[];
    readonly ends: Promise<unknown>[];
  }

  const frames = await Promise.all(["predicts", "reference"].map(async (title) => {
    const frame = Object.assign(document.createElement("iframe"), { src: "/frame", title });
    const loaded = new Promise((resolve) => frame.onload = resolve);
    document.body.append(frame);
    await loaded;
    return frame.contentWindow as unknown as typeof globalThis;
  }));
  const [predicts, reference] = frames as [typeof globalThis, typeof globalThis];
  const mainOf = (frame: typeof globalThis) => frame.document.querySelector("main")!;
  const shown = () => mainOf(predicts).innerHTML.replaceAll(` hyper-pending=""`, "");
  let calls = new Map<string, Call>();
  for (const frame of frames) {
    const original = frame.fetch;
    // Each event and each line would be sent to the process of the test.
    Object.assign(frame, { __recordHyperEvent: null });
    frame.console.warn = () => {};
    frame.fetch = ((url: string, init: RequestInit) => {
      const name = new frame.Headers(init.headers).get("X-Hyper-Action") ?? "";
      const call = calls.get(name);
      if (!call) return original(url, init);
      return new Promise((resolve, reject) => {
        init.signal?.addEventListener("abort", () => {
          reject(init.signal!.reason);
          // Does nothing to an answer that is complete.
          call.answers[frames.indexOf(frame)]?.error(init.signal!.reason);
        });
        call.responses[frames.indexOf(frame)] = (response) =>
          response ? resolve(response) : reject(new TypeError("Offline"));
      });
    }) as typeof fetch;
  }
  // The parts are loaded, so that each prediction is shown at once.
  calls.set("warm", { name: "warm", key: "", parts: [], isStream: false, answers: [], responses: [], ends: [] });
  for (const frame of frames) {
    const warm = frame.action("warm", {}, { optimistic: () => {} });
    while (!calls.get("warm")!.responses[frames.indexOf(frame)]) await turn();
    calls.get("warm")!.responses[frames.indexOf(frame)]!(streamOf(frame, (answer) => {
      answer.enqueue(event("patch_html", { target: "title", content: "<title>Warm</title>" }));
      answer.enqueue(event("end", {}));
      answer.close();
    }));
    await warm;
  }

  function turn(): Promise<void> {
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    });
  }
  async function settle(): Promise<void> {
    for (let i = 0; i < 3; i++) await turn();
  }
  function event(name: string, data: object): Uint8Array {
    return new TextEncoder().encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }
  function streamOf(
    frame: typeof globalThis,
    start: (answer: ReadableStreamDefaultController<Uint8Array>) => void,
    lasts = false,
  ): Response {
    const headers = { "content-type": "text/event-stream", ...(lasts ? { "x-hyper-stream": "1" } : {}) };
    return new frame.Response(new frame.ReadableStream({ start }), { headers });
  }

  globalThis.runSchedule = async (seed) => {
    let state = seed * 2654435761 >>> 0;
    const random = (below: number) => {
      // xorshift
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % below;
    };
    const pick = <T>(...list: readonly T[]): T => list[random(list.length)]!;
    const log: string[] = [];
    calls = new Map();
    let last = 0;
    const row = (id: string, text: string, name = "") =>
      `<li${id && ` id="${id}"`}${name && ` class="${name}"`}><i>${last}</i><span>${text}</span></li>`;
    const initial =
      `<ul id="a">${row("r1", "one")}${row("r2", "two")}</ul><ul id="b">${row("r3", "three", "done")}</ul>` +
      `<p id="count">2</p>`;
    for (const frame of frames) mainOf(frame).innerHTML = initial;

    const at = (root: ParentNode, id: string) => root.querySelector(`#${id}`);
    // Of the same document as the page that they are added to.
    const make = (root: ParentNode, name: string) => (root.ownerDocument ?? root as Document).createElement(name);
    const node = (root: ParentNode, text: string) => {
      const item = make(root, "li");
      item.append(Object.assign(make(root, "span"), { textContent: text }));
      return item;
    };
    const IDS = { a: ["r1", "r2", "r4"], b: ["r3", "r5"] } as const;
    const placeOf = (id: string): Place => `${id === "r3" || id === "r5" ? "b" : "a"}/${id}`;
    const predicting = (): Predicting => {
      const id = pick("r1", "r2", "r3", "r4");
      const list = pick<"a" | "b">("a", "b");
      const one = (apply: (root: ParentNode) => void): Predicting => ({ parts: [{ apply }] });
      const number = ++last;
      switch (random(15)) {
        case 0:
          return one((root) => at(root, list)?.append(node(root, `new ${number}`)));
        case 1:
          return one((root) => at(root, id)?.classList.toggle("done"));
        case 2:
          return one((root) => {
            const text = at(root, id)?.querySelector("span")?.firstChild;
            if (text) text.nodeValue = `${text.nodeValue}!`;
          });
        case 3:
          return one((root) => at(root, id)?.remove());
        case 4:
          return one((root) => {
            const count = at(root, "count");
            if (count) count.textContent = `${Number(count.textContent) + 1}`;
          });
        case 5:
          return one((root) => at(root, list)?.prepend(at(root, list)!.lastElementChild ?? ""));
        case 6:
          return one((root) => at(root, list)?.replaceChildren(node(root, "only"), " and text"));
        case 7:
          return one((root) => {
            at(root, id)?.setAttribute("data-n", `${Number(at(root, id)!.getAttribute("data-n")) + 1}`);
            at(root, id)?.removeAttribute("class");
          });
        case 8:
          return one((root) => at(root, list)?.replaceWith(Object.assign(make(root, "ol"), { id: list })));
        case 9:
          return one((root) => at(root, list)?.firstElementChild?.after(node(root, `second ${number}`)));
        case 10:
          return {
            form: "add",
            parts: [{
              apply: (root) => {
                const item = node(root, "<b>a & b</b>");
                item.firstElementChild!.setAttribute("title", "<b>a & b</b>");
                at(root, "a")?.append(item);
              },
            }],
          };
        case 11:
          return {
            form: "two",
            parts: [
              { apply: (root) => at(root, "count")?.replaceChildren("many") },
              { apply: (root) => at(root, "b")?.prepend(node(root, "first")) },
            ],
          };
        case 12:
          return { form: "drop", parts: [{ apply: (root) => at(root, "r2")?.remove() }] };
        case 13:
          return {
            form: "set",
            parts: [{
              apply: (root) => {
                const found = at(root, "r1");
                if (found) found.outerHTML = `<li id="r1" class="set"><i>1</i><span>set</span></li>`;
              },
            }],
          };
        default:
          return {
            form: "swap",
            parts: [{
              apply: (root) => {
                const found = at(root, "r3");
                if (found) found.outerHTML = `<li id="r3"><span>swapped</span></li><li><span>twin</span></li>`;
              },
            }],
          };
      }
    };
    const patch = (): Patch => {
      const list = pick<"a" | "b">("a", "b");
      const id = pick("r1", "r2", "r3", "r4", "r5");
      const number = ++last;
      const place = placeOf(id);
      const inList = pick(...IDS[list]);
      switch (random(8)) {
        case 0:
          return { place: list, data: { target: `#${list}`, swap: "append", content: row(inList, `sent ${number}`) } };
        case 1:
          return {
            place,
            data: {
              target: `#${id}`,
              swap: pick("outer", "morph"),
              content: row(id, `sent ${number}`, pick("", "done")),
            },
          };
        case 2: {
          const ids = IDS.a.filter(() => random(2));
          const content = ids.map((id) => row(id, `region ${number}`)).join("");
          return {
            place: "",
            data: {
              target: "main",
              swap: "morph",
              content: `<main><ul id="a">${content}</ul><ul id="b">${
                row("r5", "five")
              }</ul><p id="count">${number}</p></main>`,
            },
          };
        }
        case 3:
          return { place: list, data: { target: `#${list}`, swap: "inner", content: row(inList, `inner ${number}`) } };
        case 4:
          return random(2) ? { place, data: { target: `#${id}`, swap: "delete" } } : {
            place: place.split("/")[0]!,
            data: { target: `#${id}`, swap: "after", content: row("", `after ${number}`) },
          };
        case 5:
          return {
            place: list,
            data: {
              target: `#${list}`,
              swap: "morph",
              content: `<ul id="${list}">${IDS[list].map((id) => row(id, "m")).join("")}</ul>`,
            },
          };
        default:
          return {
            place: "count",
            data: { target: "#count", swap: pick("outer", "morph"), content: `<p id="count">${number}</p>` },
          };
      }
    };

    const pathOf = (node: Node | null): Place => {
      if (!node) return "";
      const { id = "" } = node as Element;
      return [pathOf(node.parentNode), id].filter(Boolean).join("/");
    };
    /** Returns the page that the user must see. */
    const model = (): string => {
      const copy = document.importNode(mainOf(reference), true);
      const observer = new MutationObserver(() => {});
      observer.observe(copy, { subtree: true, childList: true, attributes: true, characterData: true });
      for (const { parts } of calls.values()) {
        for (const part of parts) {
          part.apply(copy);
          part.places = observer.takeRecords().flatMap(({ target, addedNodes, removedNodes }) => [
            ...(addedNodes.length || !removedNodes.length ? [pathOf(target)] : []),
            ...[...removedNodes].map((node) =>
              [pathOf(target), node instanceof Element ? node.id : ""].filter(Boolean).join("/")
            ),
          ]);
        }
      }
      return copy.innerHTML;
    };
    const end = (name: string) => {
      calls.get(name)!.parts = [];
      calls.delete(name);
    };
    const check = (): string | null => {
      const [actual, expected] = [shown(), model()];
      if (actual !== expected) return `${log.join("\n")}\nactual   ${actual}\nexpected ${expected}`;
      const marked = mainOf(predicts).querySelector("[hyper-pending]");
      return marked && ![...calls.values()].some(({ parts }) => parts.length)
        ? `${log.join("\n")}\nstill marked`
        : null;
    };
    const start = (timeout?: number): Call => {
      const { form, parts } = predicting();
      // The time of a call begins when its lane admits it.
      const sync = timeout ? "none" : pick("none", "none", "none", "queue", "latest", "replace", "block") as SyncMode;
      const key = sync === "none" ? `k${last}` : `shared`;
      const name = `call${last}`;
      const call: Call = { name, key, parts, isStream: false, answers: [], responses: [], ends: [] };
      const others = [...calls.values()].filter((other) => other.key === key);
      log.push(`start ${name} ${sync} ${key} ${form ?? parts[0]!.apply} ${timeout ?? ""}`);
      if (!(sync === "block" && others.length)) {
        calls.set(name, call);
        // The first of its lane is in flight.
        if (sync === "replace") others.forEach((other) => end(other.name));
        if (sync === "latest") others.slice(1).forEach((other) => end(other.name));
      }
      for (const frame of frames) {
        const optimistic = form ? {} : { optimistic: (root: ParentNode) => parts.forEach(({ apply }) => apply(root)) };
        const predicted = frame === predicts ? { ...optimistic, ...(form ? { form: `#${form}` } : {}) } : {};
        call.ends.push(frame.action(name, {}, { sync, key, method: "POST", timeout, ...predicted }).catch(() => {}));
      }
      return call;
    };
    /** Sends patches of the server. A call ends its predictions with those for their places. */
    const send = async (call: Call, patches: readonly Patch[]): Promise<void> => {
      for (const { place, data } of patches) {
        log.push(`${call.name} patches ${JSON.stringify(data)}`);
        for (const answer of call.answers) answer.enqueue(event("patch_html", data));
        model();
        const isFound = mainOf(reference).querySelector(data.target!) !== null || place === "";
        await settle();
        if (!isFound) continue;
        call.parts = call.parts.filter((part) =>
          !part.places?.some((changed) => place === "" || `${changed}/`.startsWith(`${place}/`))
        );
      }
    };
    const respond = async (call: Call, lasts: boolean): Promise<void> => {
      for (const [i, frame] of frames.entries()) {
        call.responses[i]!(streamOf(frame, (answer) => void (call.answers[i] = answer), lasts));
      }
      await settle();
    };
    const isSent = (call: Call) => call.responses.length === 2;

    let steps = 4 + random(10);
    while (steps-- > 0 || calls.size) {
      await settle();
      const difference = check();
      if (difference) return difference;
      if (log.length > 200) return log.join("\n");
      const sent = [...calls.values()].filter(isSent);
      const call = sent[random(sent.length || 1)];
      const kind = steps > 0 ? random(10) : 3 + random(7);
      if (kind < 3 && steps > 0 || !call) {
        if (!call && steps <= 0 && calls.size) {
          // All that are left wait for calls that are over.
          continue;
        }
        start();
      } else if (kind === 3) {
        log.push(`${call.name} fails`);
        end(call.name);
        if (call.answers[0]) {
          for (const answer of call.answers) {
            answer.enqueue(event("error", { status: 500, message: "No" }));
            answer.close();
          }
        } else if (random(2)) call.responses.forEach((respond) => respond(null));
        else {frames.forEach((frame, i) =>
            call.responses[i]!(
              new frame.Response("{}", { status: 500, headers: { "content-type": "application/json" } }),
            )
          );}
        await Promise.all(call.ends);
      } else if (kind === 4) {
        log.push(`abort ${call.key}`);
        for (const other of [...calls.values()]) if (other.key === call.key) end(other.name);
        for (const frame of frames) frame.Hyper.abort(call.key);
      } else if (kind === 5) {
        const late = start(1);
        await settle();
        const difference = calls.has(late.name) && late.parts.length ? null : check();
        if (difference) return difference;
        await Promise.all(late.ends);
        if (calls.has(late.name)) end(late.name);
      } else if (kind === 6) {
        // Another client: a region, or a topic.
        const other: Call = {
          name: `other${++last}`,
          key: "",
          parts: [],
          isStream: false,
          answers: [],
          responses: [],
          ends: [],
        };
        calls.set(other.name, other);
        for (const frame of frames) other.ends.push(frame.action(other.name, {}, { sync: "none", key: other.name }));
        while (!isSent(other)) await turn();
        await respond(other, true);
        await send(other, [patch()]);
        for (const answer of other.answers) answer.close();
        for (const frame of frames) frame.Hyper.abort(other.name);
        end(other.name);
      } else {
        if (!call.answers[0]) await respond(call, random(2) === 0);
        await send(call, Array.from({ length: random(3) }, patch));
        if (kind === 7 && steps > 0) continue;
        log.push(`${call.name} succeeds`);
        end(call.name);
        for (const answer of call.answers) {
          answer.enqueue(event("end", {}));
          answer.close();
        }
        await Promise.all(call.ends);
      }
    }
    await settle();
    return check();
  };
}
