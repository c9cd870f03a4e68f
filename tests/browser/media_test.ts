/** Sound keeps playing while the page around it is morphed. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { app, END, type Sent, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** Seconds of the sound: longer than any test. */
const SECONDS = 60;

/** Silence as a WAV file: 8000 samples a second, of one byte each. */
function silence(): Uint8Array<ArrayBuffer> {
  const samples = 8000 * SECONDS;
  const file = new Uint8Array(44 + samples).fill(128);
  const view = new DataView(file.buffer);
  const write = (at: number, text: string) => file.set(new TextEncoder().encode(text), at);
  write(0, "RIFF");
  view.setUint32(4, 36 + samples, true);
  write(8, "WAVEfmt ");
  // PCM in one channel.
  for (const [at, value] of [[16, 16], [24, 8000], [28, 8000], [40, samples]] as const) view.setUint32(at, value, true);
  for (const [at, value] of [[20, 1], [22, 1], [32, 1], [34, 8]] as const) view.setUint16(at, value, true);
  write(36, "data");
  return file;
}

/** The player, and the content that changes around it. */
const player = (before: string, attributes = "") =>
  `<main id="m"><p id="p">${before}</p><div class="player"><audio id="a" src="/sound.wav" ${attributes}></audio></div></main>`;

const moved = `<main id="m"><div class="player"><audio id="a" src="/sound.wav"></audio></div><p id="p">2</p></main>`;

const WAYS: readonly [name: string, patch: Sent][] = [
  ["a morph around it", ["patch_html", { target: "#m", swap: "morph", content: player("2") }]],
  ["a morph of an attribute", ["patch_html", { target: "#m", swap: "morph", content: player("1", 'class="k"') }]],
  ["a morph of the whole page", [
    "patch_html",
    { target: "body", swap: "morph", content: `<body><h1>New</h1>${player("2")}</body>` },
  ]],
  ["a morph that changes the order", ["patch_html", { target: "#m", swap: "morph", content: moved }]],
];

const KEPT: readonly [name: string, patch: Sent][] = [
  ["an outer swap around a kept element", ["patch_html", {
    target: "#m",
    swap: "outer",
    content: player("2", "hyper-keep"),
  }]],
];

function serve(patch: Sent, attributes: string): Deno.ServeHandler {
  const wav = silence();
  const sound = () => new Response(wav, { headers: { "content-type": "audio/wav" } });
  return app({
    body: player("1", attributes),
    routes: { "/sound.wav": sound },
    actions: { change: () => sse([patch, END]) },
  });
}

/** Plays for a moment, changes the page, and returns the state of the player. */
function change(page: Page): Promise<{ same: boolean; paused: boolean; from: number; to: number; events: string[] }> {
  return page.evaluate(async () => {
    const audio = document.querySelector("audio")!;
    audio.muted = true;
    await audio.play();
    const progress = (player: HTMLAudioElement) =>
      new Promise((resolve) => player.addEventListener("timeupdate", resolve, { once: true }));
    while (audio.currentTime === 0) await progress(audio);
    const events: string[] = [];
    for (const type of ["pause", "emptied", "seeking"]) audio.addEventListener(type, () => events.push(type));
    const from = audio.currentTime;
    await action("change");
    // The sound continues.
    const now = document.querySelector("audio")!;
    const at = now.currentTime;
    while (!now.paused && now.currentTime === at) await progress(now);
    return { same: now === audio, paused: now.paused, from, to: now.currentTime, events };
  });
}

for (const [attributes, ways] of [["", WAYS], ["hyper-keep", KEPT]] as const) {
  for (const [name, patch] of ways) {
    Deno.test(`sound continues during ${name}`, async () => {
      await withPage(serve(patch, attributes), async ({ page }) => {
        await page.goto("/");
        const { same, paused, from, to, events } = await change(page);
        assertEquals([same, paused, events], [true, false, []]);
        assert(from > 0 && to > from, `it played from ${from} to ${to}`);
      });
    });
  }
}

Deno.test("sound stops when its element is replaced", async () => {
  const patch = ["patch_html", { target: "#m", swap: "outer", content: player("2") }] as const;
  await withPage(serve(patch, ""), async ({ page }) => {
    await page.goto("/");
    const { same, paused } = await change(page);
    assertEquals([same, paused], [false, true]);
  });
});
