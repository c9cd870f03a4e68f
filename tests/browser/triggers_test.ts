/** `hyper-on`, `hyper-delay`, `hyper-action` and `hyper-data`: requests without a script of the page. */
import { assertEquals } from "@std/assert";
import { type Visit, withPage } from "../support/browser.ts";
import { app, Arrivals, END, html, sse, type Writer, writer } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** A request of the runtime. */
interface Came {
  readonly action: string | null;
  readonly method: string;
  readonly path: string;
  readonly data: unknown;
  readonly body: string;
}

/** Serves a page, and records the calls of all actions. */
function recorder(body: string, answer: () => Response = () => sse([END])) {
  const came = new Arrivals<Came>();
  const page = app({ body });
  const served: Deno.ServeHandler = async (request, info) => {
    const action = request.headers.get("x-hyper-action");
    if (action === null) return await page(request, info);
    const { pathname, search } = new URL(request.url);
    const data = JSON.parse(request.headers.get("x-hyper-data") ?? "null");
    came.add({ action, method: request.method, path: pathname + search, data, body: await request.text() });
    return answer();
  };
  return { served, came };
}

/** Tests a page with its calls. */
function triggerTest(name: string, body: string, test: (visit: Visit, came: Arrivals<Came>) => Promise<void>): void {
  Deno.test(name, async () => {
    const { served, came } = recorder(body);
    await withPage(served, async (visit) => {
      await visit.page.goto("/");
      // The part has been loaded. A page that polls is never idle.
      if (!body.includes("every")) await visit.page.waitForLoadState("networkidle");
      await test(visit, came);
      // Nothing is sent in addition.
      await visit.page.evaluate(() => new Promise((done) => setTimeout(done)));
      assertEquals(came.rest, 0);
    });
  });
}

const CALL = { method: "POST", path: "/", body: "" };

triggerTest(
  "a form with hyper-on is submitted on each event, with its fields",
  `<form data-hyper-form="find" method="get" action="/find" hyper-on="input"><input name="q"></form>`,
  async ({ page }, came) => {
    await page.locator("input").pressSequentially("ab");
    assertEquals([(await came.next()).path, (await came.next()).path], ["/find?q=a", "/find?q=ab"]);
  },
);

triggerTest(
  "hyper-on with reset sends the fields as the reset has left them, and nothing for a reset that the page cancels",
  `<form data-hyper-form="find" method="get" action="/find" hyper-on="input, reset"><input name="q" value="all">` +
    `<button type="reset">Clear</button></form>`,
  async ({ page }, came) => {
    await page.locator("input").fill("tea");
    assertEquals((await came.next()).path, "/find?q=tea");
    await page.getByRole("button").click();
    assertEquals((await came.next()).path, "/find?q=all");
    await page.evaluate(() => document.forms[0]!.addEventListener("reset", (event) => event.preventDefault()));
    await page.getByRole("button").click();
  },
);

triggerTest(
  "a search field that Escape clears sends its request, and so does one that the browser fills in",
  `<form data-hyper-form="find" method="get" action="/find" hyper-on="input"><input type="search" name="q"></form>`,
  async ({ page }, came) => {
    await page.locator("input").fill("tea");
    assertEquals((await came.next()).path, "/find?q=tea");
    await page.keyboard.press("Escape");
    assertEquals((await came.next()).path, "/find?q=");
    // As Chromium does when the user chooses a saved value.
    await page.locator("input").evaluate((input) => {
      (input as HTMLInputElement).value = "saved";
      for (const type of ["input", "change"]) input.dispatchEvent(new Event(type, { bubbles: true }));
    });
    assertEquals((await came.next()).path, "/find?q=saved");
  },
);

triggerTest(
  "hyper-delay sends one request for several events, and Enter sends it at once and alone",
  `<form data-hyper-form="find" method="get" action="/find" hyper-on="input" hyper-delay="400"><input name="q"></form>`,
  async ({ page }, came) => {
    await page.locator("input").pressSequentially("abc");
    assertEquals((await came.next()).path, "/find?q=abc");
    await page.locator("input").pressSequentially("de");
    await page.keyboard.press("Enter");
    assertEquals((await came.next()).path, "/find?q=abcde");
    // The waiting request is not sent again.
    await page.locator("input").pressSequentially("f");
    assertEquals((await came.next()).path, "/find?q=abcdef");
  },
);

triggerTest(
  "a control with hyper-on submits its form, also one outside of the form",
  `<form id="f" data-hyper-form="sort" method="post"><input name="q" value="1"></form>
  <select form="f" name="by" hyper-on="change"><option>name</option><option>date</option></select>`,
  async ({ page }, came) => {
    await page.locator("select").selectOption("date");
    assertEquals((await came.next()).body, "q=1&by=date");
  },
);

triggerTest(
  "a form that is invalid is not submitted, and no message of the browser is shown",
  `<form data-hyper-form="save" method="post" hyper-on="input"><input name="a" minlength="3" required><input id="b"></form>`,
  async ({ page }, came) => {
    await page.locator("[name=a]").pressSequentially("xyz");
    assertEquals((await came.next()).body, "a=xyz");
    await page.locator("[name=a]").fill("");
    assertEquals(await page.evaluate(() => document.activeElement?.getAttribute("name")), "a");
  },
);

triggerTest(
  "a submit button with hyper-on is pressed while its form is filled in, by its own rules about invalid fields",
  `<form data-hyper-form="save" method="post"><input name="a" required><input type="checkbox" name="b">
  <button>Save</button>
  <button data-hyper-form="keep" name="go" value="no" formnovalidate hyper-on="input" hyper-delay="100">Keep</button>
  <button data-hyper-form="check" hyper-on="change">Check</button></form>`,
  async ({ page, events }, came) => {
    await page.locator("[name=a]").pressSequentially("xy");
    assertEquals(await came.next(), { ...CALL, action: "keep", data: null, body: "a=xy&go=no" });
    assertEquals((await events.next("hyper:afterRequest")).detail.trigger, "input");
    assertEquals(await page.evaluate(() => document.activeElement?.getAttribute("name")), "a");
    await page.locator("[name=b]").click();
    // The text field was left, and the box was checked.
    const actions = [await came.next(), await came.next(), await came.next()].map(({ action }) => action);
    assertEquals(actions, ["check", "check", "keep"]);
    await page.locator("[name=a]").fill("");
    assertEquals((await came.next()).body, "a=&b=on&go=no");
    // Without `formnovalidate` it is not pressed while a field is invalid.
    await page.locator("[name=b]").click();
    assertEquals((await came.next()).action, "keep");
  },
);

triggerTest(
  "a button that is not one of submit, in a form, is clicked by its event and does not submit",
  `<form data-hyper-form="save" method="post"><input name="a"><button type="button" hyper-on="input">No</button></form>`,
  async ({ page }, came) => {
    await page.locator("[name=a]").fill("x");
    await page.getByRole("button").click();
    assertEquals(came.rest, 0);
  },
);

triggerTest(
  "hyper-action sends hyper-data and nothing else, and the form around it is not submitted",
  `<form data-hyper-form="save" method="post"><input name="secret" value="1">
  <button hyper-action="like" hyper-data='{"id":7}'>Like</button></form>`,
  async ({ page, events }, came) => {
    await page.getByRole("button").click();
    assertEquals(await came.next(), { ...CALL, action: "like", data: { id: 7 } });
    assertEquals((await events.next("hyper:afterRequest")).detail.trigger, "click");
  },
);

triggerTest(
  "a select with hyper-action calls it when it has changed, a GET with hyper-method",
  `<select hyper-action="sort" hyper-method="get" hyper-data='{"a":1}'><option>x</option><option>y</option></select>`,
  async ({ page }, came) => {
    await page.locator("select").click();
    await page.locator("select").selectOption("y");
    const { action, method } = await came.next();
    assertEquals([action, method], ["sort", "GET"]);
  },
);

triggerTest(
  "load fires once for each element, also for one that a patch brings, and again when its data changes",
  `<div id="place"><p id="a" hyper-action="first" hyper-on="load"></p></div>`,
  async ({ page }, came) => {
    assertEquals((await came.next()).action, "first");
    await page.evaluate(() => {
      document.querySelector("#place")!.insertAdjacentHTML(
        "beforeend",
        `<p id="b" hyper-action="second" hyper-on="load">`,
      );
    });
    assertEquals((await came.next()).action, "second");
    await page.evaluate(() => document.querySelector("#b")!.setAttribute("hyper-data", '{"page":2}'));
    assertEquals((await came.next()).data, { page: 2 });
    await page.evaluate(() => document.querySelector("#place")!.append("text"));
  },
);

triggerTest(
  "visible fires when the element is scrolled into view",
  `<div style="height:5000px">Long</div><p id="more" hyper-action="more" hyper-data='{"page":2}' hyper-on="visible">More</p>`,
  async ({ page }, came) => {
    assertEquals(came.rest, 0);
    await page.locator("#more").scrollIntoViewIfNeeded();
    assertEquals((await came.next()).data, { page: 2 });
  },
);

triggerTest(
  "every repeats the request while the element is on the page",
  `<p id="poll" hyper-action="poll" hyper-on="every 40ms"></p><p id="other" hyper-action="other" hyper-on="every 40ms"></p>`,
  async ({ page }, came) => {
    const counts = new Map<string | null, number>();
    const count = async () => {
      const { action } = await came.next();
      counts.set(action, (counts.get(action) ?? 0) + 1);
      return action;
    };
    while ((counts.get("poll") ?? 0) < 3) await count();
    await page.evaluate(() => document.querySelector("#poll")!.remove());
    while (came.rest) await count();
    for (let other = 0; other < 3; other++) assertEquals(await count(), "other");
    await page.evaluate(() => document.querySelector("#other")!.remove());
    while (came.rest) await count();
  },
);

triggerTest(
  "a shortcut works from a field, and not without its modifier, behind a modal dialog or on a hidden element",
  `<input id="q"><button hidden hyper-action="hidden" hyper-on="keydown.ctrl+k"></button>
  <button hyper-action="palette" hyper-on="keydown.ctrl+k, keydown.?">Go</button><dialog>Modal</dialog>`,
  async ({ page }, came) => {
    await page.locator("#q").focus();
    await page.keyboard.press("k");
    await page.keyboard.press("?");
    assertEquals(await page.locator("#q").inputValue(), "k?");
    await page.keyboard.press("Control+k");
    assertEquals((await came.next()).action, "palette");
    await page.locator("#q").blur();
    await page.keyboard.press("Shift+?");
    assertEquals((await came.next()).action, "palette");
    await page.evaluate(() => document.querySelector("dialog")!.showModal());
    await page.keyboard.press("Control+k");
  },
);

triggerTest(
  "a trigger with another event and a shortcut hears both",
  `<p hyper-action="both" hyper-on="cart:changed, keydown.ctrl+k">Cart</p>`,
  async ({ page }, came) => {
    await page.keyboard.press("Control+k");
    assertEquals((await came.next()).action, "both");
    await page.evaluate(() => dispatchEvent(new CustomEvent("cart:changed")));
    assertEquals((await came.next()).action, "both");
  },
);

triggerTest(
  "a shortcut of a button submits its form with the button",
  `<form data-hyper-form="save" method="post"><input name="a" value="1">
  <button name="then" value="stay" hyper-on="keydown.ctrl+s">Save</button></form>`,
  async ({ page }, came) => {
    await page.locator("input").focus();
    await page.keyboard.press("Control+s");
    assertEquals((await came.next()).body, "a=1&then=stay");
  },
);

triggerTest(
  "an event of the application is heard on the window, and on the nearest trigger around its target",
  `<p id="a" hyper-action="all" hyper-on="cart:changed"><b></b></p><p hyper-action="other" hyper-on="cart:changed"></p>`,
  async ({ page }, came) => {
    await page.evaluate(() => dispatchEvent(new CustomEvent("cart:changed")));
    assertEquals([(await came.next()).action, (await came.next()).action].toSorted(), ["all", "other"]);
    await page.evaluate(() =>
      document.querySelector("b")!.dispatchEvent(new CustomEvent("cart:changed", { bubbles: true }))
    );
    assertEquals((await came.next()).action, "all");
    // One that does not bubble is about its target alone.
    await page.evaluate(() => document.querySelector("b")!.dispatchEvent(new CustomEvent("cart:changed")));
  },
);

triggerTest(
  "an event that the page has canceled sends nothing, and neither does a disabled control",
  `<form data-hyper-form="save"><input id="a" hyper-on="change"><fieldset disabled><input id="b" hyper-on="change"></fieldset></form>`,
  async ({ page }) => {
    await page.evaluate(() => {
      document.querySelector("#a")!.addEventListener("change", (event) => event.preventDefault());
      document.querySelector("#a")!.dispatchEvent(new Event("change", { bubbles: true, cancelable: true }));
      document.querySelector("#b")!.dispatchEvent(new Event("change", { bubbles: true }));
    });
  },
);

triggerTest(
  "text of an input method is sent when it is complete",
  `<form data-hyper-form="find" method="get" action="/find" hyper-on="input"><input name="q"></form>`,
  async ({ page, context }, came) => {
    await page.locator("input").focus();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Input.imeSetComposition", { text: "に", selectionStart: 1, selectionEnd: 1 });
    await devtools.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
    assertEquals(came.rest, 0);
    await devtools.send("Input.insertText", { text: "日本" });
    assertEquals((await came.next()).path, `/find?q=${encodeURIComponent("日本")}`);
    await devtools.detach();
    while (came.rest) assertEquals((await came.next()).path, `/find?q=${encodeURIComponent("日本")}`);
  },
);

Deno.test("hyper-data that is not JSON is an error of the page, and nothing is sent", async () => {
  const { served, came } = recorder(`<button hyper-action="like" hyper-data="{id:7}">Like</button>`);
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    await page.getByRole("button").click();
    assertEquals(came.rest, 0);
  }, { expectErrors: [/its hyper-data "\{id:7\}" is not JSON/] });
});

/** A search whose answers the test writes, in any order. */
function searchApp(method: "get" | "post") {
  const answers = new Arrivals<{ readonly q: string; readonly answer: Writer }>();
  const page = app({
    body:
      `<form data-hyper-form="find" method="${method}" hyper-on="input" hyper-target="#found"><input name="q"></form>
    <p id="found"></p>`,
  });
  const served: Deno.ServeHandler = async (request, info) => {
    if (request.headers.get("x-hyper-action") === null) return await page(request, info);
    const fields = method === "get" ? new URL(request.url).searchParams : new URLSearchParams(await request.text());
    const answer = writer();
    answers.add({ q: fields.get("q") ?? "", answer });
    return answer.response;
  };
  return { served, answers };
}

const found = (q: string) => ["patch_html", { content: q, swap: "inner" }] as const;

Deno.test("of a form that reads, the newest request replaces the one in flight", async () => {
  const { served, answers } = searchApp("get");
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    await page.locator("input").pressSequentially("a");
    const first = await answers.next();
    await page.locator("input").pressSequentially("b");
    const second = await answers.next();
    await first.answer.cancelled;
    second.answer.send(found(second.q), END);
    second.answer.close();
    await page.locator("#found").getByText("ab", { exact: true }).waitFor();
  });
});

Deno.test("of a form that writes, one request is in flight, and of those that wait only the newest is sent", async () => {
  const { served, answers } = searchApp("post");
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    await page.locator("input").pressSequentially("a");
    const first = await answers.next();
    await page.locator("input").pressSequentially("bcd");
    await events.next("hyper:requestReplaced");
    await events.next("hyper:requestReplaced");
    assertEquals(answers.rest, 0);
    first.answer.send(END);
    first.answer.close();
    const last = await answers.next();
    assertEquals(last.q, "abcd");
    // The button is not blocked by what typing has sent.
    await page.keyboard.press("Enter");
    last.answer.send(found(last.q), END);
    last.answer.close();
    const submitted = await answers.next();
    submitted.answer.send(found("saved"), END);
    submitted.answer.close();
    await page.locator("#found").getByText("saved").waitFor();
    assertEquals(answers.rest, 0);
  });
});

Deno.test("an invalid answer to what is typed shows its errors, and does not move the focus", async () => {
  const form = (error: string) =>
    `<form id="f" data-hyper-form="save" hyper-on="input"><input name="a"${
      error && ' aria-invalid="true"'
    }><input name="b">${error}</form>`;
  const patch = ["patch_html", {
    target: "#f",
    content: form("<p>Wrong</p>"),
    swap: "morph",
    focus: "first-invalid",
  }] as const;
  const { served, came } = recorder(
    form(""),
    () => sse([patch, ["error", { status: 422, message: "Check", issues: { a: ["Wrong"] } }], END], { status: 422 }),
  );
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    await page.locator("[name=b]").pressSequentially("x");
    await came.next();
    await page.getByText("Wrong").waitFor();
    assertEquals(await page.evaluate(() => document.activeElement?.getAttribute("name")), "b");
  });
});

Deno.test("the last answer is the one of the last text, in 100 of 100 random timings", async () => {
  const page = app({
    body: `<form data-hyper-form="find" method="get" hyper-on="input" hyper-target="#found"><input name="q"></form>
    <p id="found"></p>`,
  });
  const served: Deno.ServeHandler = async (request, info) => {
    if (request.headers.get("x-hyper-action") === null) return await page(request, info);
    const q = new URL(request.url).searchParams.get("q") ?? "";
    // The server ignores the abort, and answers in any order.
    await new Promise((done) => setTimeout(done, Math.random() * 30));
    return sse([found(q), END]);
  };
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    const wrong = await page.evaluate(async () => {
      const input = document.querySelector("input")!;
      let wrong = 0;
      for (let round = 0; round < 100; round++) {
        for (let length = 1; length <= 4; length++) {
          input.value = `${round}:${"x".repeat(length)}`;
          input.dispatchEvent(new InputEvent("input", { bubbles: true }));
          await new Promise((done) => setTimeout(done, Math.random() * 15));
        }
        const settled = performance.now() + 3000;
        const text = () => document.querySelector("#found")!.textContent;
        while (text() !== input.value && performance.now() < settled) await new Promise((done) => setTimeout(done, 5));
        if (text() !== input.value) wrong++;
      }
      return wrong;
    });
    assertEquals(wrong, 0);
  });
});

Deno.test("a form with hyper-on that is not one of the runtime is submitted by the browser", async () => {
  const page = app({
    body:
      `<form action="/list"><select name="by" hyper-on="change"><option>name</option><option>date</option></select></form>`,
    routes: { "/list": (request) => html(`<!doctype html><title>List</title><p>${new URL(request.url).search}`) },
  });
  await withPage(page, async ({ page }) => {
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    await page.locator("select").selectOption("date");
    await page.getByText("?by=date").waitFor();
  });
});

triggerTest(
  "a link with hyper-action that is opened in another tab sends nothing",
  `<a href="/other" hyper-action="go">Go</a>`,
  async ({ page, context }, came) => {
    const [other] = await Promise.all([
      context.waitForEvent("page"),
      page.getByText("Go").click({ modifiers: ["ControlOrMeta"] }),
    ]);
    await other.close();
    await page.getByText("Go").click();
    assertEquals([(await came.next()).action, came.rest], ["go", 0]);
  },
);

triggerTest(
  "a shortcut that is held down is sent once",
  `<button hyper-action="go" hyper-on="keydown.ctrl+k">Go</button>`,
  async ({ page, events }, came) => {
    await page.keyboard.down("Control");
    await page.keyboard.down("k");
    await events.next("hyper:afterRequest");
    // The browser repeats the event of a key that is held down.
    await page.keyboard.down("k");
    await page.keyboard.up("k");
    await page.keyboard.press("k");
    await events.next("hyper:afterRequest");
    await came.next();
    await came.next();
    assertEquals([events.of("hyper:beforeRequest").length, came.rest], [2, 0]);
  },
);

Deno.test("a trigger with load that both pages have fires again on the next page, except in hyper-keep", async () => {
  const arrived = new Arrivals<string>();
  const page = (name: string) =>
    html(`<title>${name}</title><script type="module" src="/_hyper/client.js"></script><h1>${name}</h1>
      <form id="again" method="get" data-hyper-form="again" hyper-on="load"></form>
      <div id="keep" hyper-keep><form id="once" method="get" data-hyper-form="once" hyper-on="load"></form></div>`);
  const note = (name: string) => () => {
    arrived.add(name);
    return sse([END]);
  };
  const site = app({
    routes: { "/a": () => page("A"), "/b": () => page("B") },
    actions: { again: note("again"), once: note("once") },
  });
  await withPage(site, async ({ page }) => {
    await page.goto("/a");
    assertEquals([await arrived.next(), await arrived.next()].toSorted(), ["again", "once"]);
    await page.evaluate(() => Hyper.navigate("/b"));
    assertEquals(await arrived.next(), "again");
    await page.evaluate(() => Hyper.navigate("/a"));
    // Nothing of the kept one between the two.
    assertEquals(await arrived.next(), "again");
  });
});
