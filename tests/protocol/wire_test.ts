/**
 * The recorded responses of the server, read by the parser of the runtime and by an independent one.
 */
import { assertEquals } from "@std/assert";
import { createParser as createOtherParser } from "eventsource-parser";
import { z } from "zod";
import { createParser, type StreamBlock } from "../../src/protocol/event_stream.ts";
import { isTerminal, type Patch, type PatchEvent, SWAPS } from "../../src/protocol/patch.ts";
import { type Golden, goldens } from "../support/goldens.ts";

/** An event, as both parsers report it. */
interface Told {
  readonly event: string;
  readonly data: string;
  readonly id: string | null;
}

/** The data of each event that has some; the types are those of the protocol, to the last optional field. */
const SHAPES: { readonly [Name in PatchEvent]: z.ZodType<DataOf<Name>> | null } = {
  patch_html: z.strictObject({
    content: z.string(),
    target: z.string().min(1).exactOptional(),
    swap: z.literal(SWAPS).exactOptional(),
    select: z.string().min(1).exactOptional(),
    transition: z.boolean().exactOptional(),
    focus: z.string().min(1).exactOptional(),
    swap_delay: z.int().nonnegative().exactOptional(),
    settle_delay: z.int().nonnegative().exactOptional(),
    strict_targets: z.boolean().exactOptional(),
    page: z.string().min(1).exactOptional(),
  }),
  patch_signals: z.record(z.string(), z.json()),
  toast: z.record(z.string(), z.json()),
  dispatch_event: z.strictObject({ name: z.string().min(1), payload: z.json(), target: z.string().exactOptional() }),
  redirect: z.strictObject({ url: z.string().min(1), external: z.boolean().exactOptional() }),
  history: z.union([z.strictObject({ push_url: z.string() }), z.strictObject({ replace_url: z.string() })]),
  load_js: z.strictObject({ src: z.string().min(1) }),
  close_layer: z.strictObject({ value: z.json() }),
  checkpoint: null,
  switch_action: z.strictObject({
    name: z.string().min(1),
    data: z.record(z.string(), z.json()),
    method: z.enum(["GET", "POST"]),
    url: z.string().exactOptional(),
  }),
  regions: z.strictObject({
    dirty: z.array(z.string().min(1)).exactOptional(),
    stale: z.literal(true).exactOptional(),
    at: z.string().exactOptional(),
    echo: z.string().exactOptional(),
    place: z.string().exactOptional(),
  }),
  result: z.json(),
  error: z.strictObject({
    status: z.int().min(400).max(599),
    message: z.string().min(1),
    issues: z.record(z.string(), z.array(z.string())).exactOptional(),
  }),
  end: z.record(z.string(), z.never()),
};

type DataOf<Name extends PatchEvent> = Extract<Patch, { readonly event: Name; readonly data: unknown }>["data"];

for (const golden of await goldens()) {
  const { name, text } = golden;

  Deno.test(`createParser() reads the golden ${name} as eventsource-parser does`, () => {
    for (const pieces of [[text], [...text]]) {
      const { events, comments } = readOther(pieces);
      const blocks = read(pieces);
      assertEquals(blocks.filter(hasData).map(({ event, data, id }) => ({ event, data, id: id ?? null })), events);
      // The standard does not dispatch an event without data: a heartbeat, which is a comment, or a checkpoint.
      const bare = blocks.filter((block) => !hasData(block));
      assertEquals(bare.filter(({ event }) => event === "message").length, comments);
      assertEquals(
        bare.every(({ event, id }) => event === "message" || event === "checkpoint" && id !== undefined),
        true,
      );
    }
  });

  Deno.test(`the events of the golden ${name} match the protocol, and only the last one is terminal`, () => {
    const events = read([text]).filter(({ event, data }) => event !== "message" || data !== undefined);
    for (const { event, data } of events) {
      if (!isPatchEvent(event)) throw new Error(`Cannot check event "${event}": the protocol does not define it`);
      const shape = SHAPES[event];
      if (shape === null) assertEquals(data, undefined);
      else shape.parse(JSON.parse(data ?? "null"));
    }
    assertEquals(events.map(({ event }) => isTerminal(event)), [...events.slice(1).map(() => false), true]);
  });
}

Deno.test("the goldens contain every event of the protocol", async () => {
  const seen = new Set((await goldens()).flatMap(({ text }: Golden) => read([text]).map(({ event }) => event)));
  assertEquals(Object.keys(SHAPES).filter((event) => !seen.has(event)), []);
});

function read(pieces: readonly string[]): StreamBlock[] {
  return pieces.flatMap(createParser());
}

function readOther(pieces: readonly string[]): { readonly events: readonly Told[]; readonly comments: number } {
  const events: Told[] = [];
  let comments = 0;
  const parser = createOtherParser({
    onEvent: ({ event = "message", data, id = null }) => void events.push({ event, data, id }),
    onComment: () => void comments++,
    onError: (error) => {
      throw error;
    },
  });
  for (const piece of pieces) parser.feed(piece);
  return { events, comments };
}

function hasData(block: StreamBlock): block is StreamBlock & { readonly data: string } {
  return block.data !== undefined;
}

function isPatchEvent(name: string): name is PatchEvent {
  return Object.hasOwn(SHAPES, name);
}
