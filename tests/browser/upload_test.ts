import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { app, Arrivals, END, sse, type Writer, writer } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** Starts an upload of this many bytes. Its outcome is in `upload`, its progress in `progress`. */
async function start(page: Page, bytes: number, options = ""): Promise<void> {
  await page.evaluate(`
    globalThis.progress = [];
    globalThis.upload = action("up", { file: new File([new Uint8Array(${bytes})], "a.bin"), title: "T" }, {
      onUploadProgress: ({ loaded, total, progress: part, key, action }) => progress.push([loaded, total, part, key, action]),
      ${options}
    }).then(({ kind, status, data }) => ({ kind, status, data }), ({ name }) => ({ kind: name }));
    void 0;
  `);
}

const result = (page: Page): Promise<{ kind: string; status?: number; data?: unknown }> => page.evaluate("upload");
const progress = (page: Page): Promise<[number, number, number, string, string][]> => page.evaluate("progress");

Deno.test("an upload reports progress by bytes, up to 1", async () => {
  const up = async (request: Request) => {
    const form = await request.formData();
    return sse([["result", [form.get("file") instanceof File, request.headers.get("x-hyper-data")]], END]);
  };
  await withPage(app({ actions: { up } }), async ({ page, events }) => {
    await page.goto("/");
    await start(page, 3_000_000);
    assertEquals(await result(page), { kind: "success", status: 200, data: [true, '{"title":"T"}'] });
    const steps = await progress(page);
    assertEquals(steps.at(-1)?.slice(2), [1, "up", "up"]);
    assertEquals(steps.map(([, , part]) => part), steps.map(([, , part]) => part).toSorted((a, b) => a - b));
    assert(steps.every(([loaded, total, part]) => part === loaded / total && total > 3_000_000), `${steps}`);
    assertEquals(events.of("hyper:uploadProgress").length, steps.length);
    assertEquals(events.types.filter((type) => !/uploadProgress|streamEvent/.test(type)), [
      "hyper:beforeRequest",
      "hyper:requestSuccess",
      "hyper:afterRequest",
    ]);
  });
});

Deno.test("an upload of several files sends them all", async () => {
  const up = async (request: Request) => {
    const files = (await request.formData()).getAll("files");
    return sse([["result", files.map((file) => file instanceof File ? `${file.name} ${file.size}` : file)], END]);
  };
  await withPage(app({ actions: { up } }), async ({ page }) => {
    await page.goto("/");
    const data = await page.evaluate(async () => {
      const files = [new File(["one"], "1.txt"), new File(["three"], "2.txt")];
      return (await action("up", { files })).data;
    });
    assertEquals(data, ["1.txt 3", "2.txt 5"]);
  });
});

Deno.test("an upload of the files of a control sends them all", async () => {
  const up = async (request: Request) => {
    const files = (await request.formData()).getAll("files");
    return sse([["result", files.map((file) => file instanceof File ? file.name : file)], END]);
  };
  await withPage(app({ body: `<input type="file" multiple>`, actions: { up } }), async ({ page }) => {
    await page.goto("/");
    const data = await page.evaluate(async () => {
      const input = document.querySelector("input")!;
      const chosen = new DataTransfer();
      for (const name of ["1.txt", "2.txt"]) chosen.items.add(new File([name], name));
      input.files = chosen.files;
      return (await action("up", { files: input.files })).data;
    });
    assertEquals(data, ["1.txt", "2.txt"]);
  });
});

Deno.test("an upload moves the bars that name its action or key, or nothing, and no others", async () => {
  const body = `<form data-hyper-form="up" hyper-key="k" method="post" enctype="multipart/form-data">
    <input type="file" name="f"><button>Go</button></form>
    <progress id="action" hyper-progress="up"></progress><progress id="key" hyper-progress="k"></progress>
    <progress id="every" hyper-progress></progress><progress id="other" hyper-progress="down"></progress>
    <progress id="plain"></progress><p id="text" hyper-progress="up"></p>
    <div hyper-off><progress id="off" hyper-progress="up"></progress></div>`;
  await withPage(app({ body, actions: { up: () => sse([END]) } }), async ({ page, events }) => {
    await page.goto("/");
    await page.locator("input").setInputFiles({
      name: "a.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("content"),
    });
    await page.getByRole("button", { name: "Go" }).click();
    await events.next("hyper:requestSuccess");
    const moved = await page.locator("[value='1']").evaluateAll((found) => found.map(({ id }) => id));
    assertEquals(moved, ["action", "key", "every"]);
  });
});

Deno.test("progress is reported for a body without a file, if requested", async () => {
  await withPage(app({ actions: { up: async (request) => (await request.text(), sse([END])) } }), async ({ page }) => {
    await page.goto("/");
    const parts = await page.evaluate(async () => {
      const parts: number[] = [];
      await action("up", { text: "x".repeat(10_000) }, {
        onUploadProgress: ({ progress }) => void parts.push(progress),
      });
      return parts;
    });
    assertEquals(parts.at(-1), 1);
  });
});

/** An application whose action `up` sends the response that the test writes, at once or after it has read the body. */
function answering(whole: boolean): { readonly served: Deno.ServeHandler; readonly open: Arrivals<Writer> } {
  const open = new Arrivals<Writer>();
  const up = async (request: Request) => {
    if (whole) await request.arrayBuffer();
    const answer = writer();
    open.add(answer);
    return answer.response;
  };
  return { served: app({ body: `<ul id="log"></ul>`, actions: { up } }), open };
}

Deno.test("the events of an upload's response are applied while it is open, even with split characters", async () => {
  const { served, open } = answering(true);
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await start(page, 10);
    const answer = await open.next();
    answer.send(["patch_html", { target: "#log", content: "<li>Ж👋</li>", swap: "append" }]);
    await events.next("hyper:swap:after");
    assertEquals(await page.locator("#log li").allTextContents(), ["Ж👋"]);
    answer.send(["result", "done"], END);
    assertEquals((await result(page)).data, "done");
  });
});

Deno.test("an aborted upload aborts its request, while it is sent and while its response streams", async () => {
  for (const whole of [false, true]) {
    const { served, open } = answering(whole);
    await withPage(served, async ({ page, events }) => {
      await page.goto("/");
      await start(page, whole ? 10 : 30_000_000);
      const answer = await open.next();
      if (whole) {
        answer.send(["other", 1]);
        await events.next("hyper:streamEvent");
      }
      await page.evaluate(() => Hyper.abort("up"));
      assertEquals((await result(page)).kind, "aborted");
      await answer.cancelled;
    });
  }
});

Deno.test("the late patch of a replaced upload is dropped", async () => {
  const { served, open } = answering(true);
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await start(page, 10);
    const first = await open.next();
    await page.evaluate("globalThis.first = upload; void 0");
    await start(page, 10);
    const second = await open.next();
    second.send(["patch_html", { target: "#log", content: "<li>second</li>", swap: "inner" }], END);
    assertEquals([await page.evaluate("first.then(({ kind }) => kind)"), (await result(page)).kind], [
      "aborted",
      "success",
    ]);
    first.send(["patch_html", { target: "#log", content: "<li>first</li>", swap: "inner" }], END);
    assertEquals(await page.locator("#log li").allTextContents(), ["second"]);
  });
});

Deno.test("an interrupted stream of an upload rejects", async () => {
  const { served, open } = answering(true);
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await start(page, 10);
    (await open.next()).close();
    assertEquals((await result(page)).kind, "ConnectionError");
  });
});

Deno.test("an upload without a connection rejects", async () => {
  await withPage(app({ actions: { up: () => sse([END]) } }), async ({ page, context, events }) => {
    await page.goto("/");
    // The upload code of the runtime is loaded before the network is disconnected.
    await start(page, 10);
    await result(page);
    await context.route("**/*", (route) => route.abort());
    await start(page, 10);
    assertEquals((await result(page)).kind, "ConnectionError");
    assertEquals(events.of("hyper:requestException").length, 1);
  }, { expectErrors: [/ERR_FAILED/] });
});

Deno.test("an upload that is too large is an error with its status", async () => {
  const up = async (request: Request) => {
    await request.body?.cancel();
    return sse([["error", { status: 413, message: "Too large" }], END], { status: 413 });
  };
  await withPage(app({ actions: { up } }), async ({ page }) => {
    await page.goto("/");
    await start(page, 2_000_000);
    const { kind, status } = await result(page);
    assertEquals([kind, status], ["error", 413]);
    await page.getByRole("alert").getByText("Too large").waitFor();
  });
});

Deno.test("an upload reads responses that are not streams", async () => {
  const up = async (request: Request) => {
    await request.arrayBuffer();
    return Response.json({ name: "Ж" });
  };
  await withPage(app({ actions: { up } }), async ({ page }) => {
    await page.goto("/");
    await start(page, 10);
    assertEquals(await result(page), { kind: "success", status: 200, data: { name: "Ж" } });
  });
});

Deno.test("an upload that the user cancels fails, and its loading state ends", async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const up = async () => {
    ask();
    await released;
    return sse([END]);
  };
  await withPage(app({ body: `<p hyper-loading hidden>Busy</p>`, actions: { up } }), async ({ page, events }) => {
    await page.goto("/");
    await page.evaluate(() =>
      void Reflect.set(globalThis, "call", action("up", { file: new File(["x"], "x") }).catch((error) => error.name))
    );
    await asked;
    await page.evaluate(() => stop());
    assertEquals(await page.evaluate("call"), "ConnectionError");
    await events.next("hyper:afterRequest");
    await page.getByText("Busy").waitFor({ state: "hidden" });
    release();
  });
});

Deno.test("an upload is sent although the code for its progress could not be loaded", async () => {
  await withPage(app({ actions: { up: () => sse([["result", "there"], END]) } }), async ({ page }) => {
    await page.route("**/extras-*", (route) => route.abort());
    await page.goto("/");
    const data = await page.evaluate(async () => (await action("up", { file: new File(["x"], "x") })).data);
    assertEquals(data, "there");
  }, { expectErrors: [/ERR_FAILED/] });
});

Deno.test("an upload that failed without a network can be sent again when the network is back", async () => {
  await withPage(app({ actions: { up: () => sse([["result", "there"], END]) } }), async ({ page, context, events }) => {
    await page.goto("/");
    await context.setOffline(true);
    const how = await page.evaluate(() => action("up", { file: new File(["x"], "x") }).catch((error) => error.name));
    assertEquals(how, "ConnectionError");
    await page.getByRole("alert").waitFor();
    await context.setOffline(false);
    // The cause and its message are gone.
    await page.getByRole("alert").waitFor({ state: "detached" });
    await page.evaluate(() => void action("up", { file: new File(["x"], "x") }));
    await events.next("hyper:requestSuccess");
  }, { expectErrors: [/ERR_INTERNET_DISCONNECTED/] });
});
