/**
 * One stream of a topic: what its reader is told, from the first look at the state to the moment it leaves.
 *
 * @module
 */
import { notify, type Report } from "../callback.ts";
import type { Guard } from "../context.ts";
import { HyperError } from "../errors.ts";
import type { Live } from "../live/live.ts";
import type { LivePatch } from "../live/message.ts";
import type { Patch, PatchMarks } from "../protocol/patch.ts";
import type { Item, LiveItem } from "../results/item.ts";
import type { Outcome } from "./outcome.ts";
import { catalogueText } from "../texts/catalogue.ts";

/** What watching needs of the request. */
export interface Watching {
  /** The topics. */
  readonly live: Live;
  /** The place that the browser has sent back; `null` where it begins. */
  readonly lastEventId: string | null;
  /** What is the same for every reader that would be told the same: a digest. */
  readonly share: string;
  /** Aborted when the reader has left. */
  readonly signal: AbortSignal;
  /** Called with what goes wrong where the stream does not wait for it. */
  readonly report: Report;
  /**
   * Asks the guards, with nothing remembered of the time before.
   *
   * @param guard That of the topic.
   * @param again Whether those of the action and the handler are asked too: they have just been when a stream begins.
   * @returns What is said in place of going on; `null` to go on.
   */
  ask(guard: Guard | null, again: boolean): Promise<Outcome | null>;
  /** Renders a part of the reader's page, or all of it, as it is now. */
  refresh(selector: string | null): Promise<LivePatch>;
  /** Renders items for the reader. */
  render(items: Item | readonly Item[]): Promise<readonly Patch[]>;
  /** Checks where a guard's redirect leads. */
  redirectTarget(url: string, external: boolean): string;
}

/**
 * Watches a topic.
 *
 * @param item What is watched, and how.
 * @param watching What it needs of the request.
 * @throws {HyperError} When a guard refuses, and with status 503 when the bus cannot be reached.
 */
export async function* watch(item: LiveItem, watching: Watching): AsyncGenerator<Patch & PatchMarks, void, void> {
  const { topic, options } = item;
  const { live, lastEventId, signal } = watching;
  const { guard = null, guardSeconds = 60 } = options;
  const refusal = await watching.ask(guard, false);
  if (refusal !== null) return yield* refuse(refusal, watching);
  const watcher = await live.watch(topic, lastEventId);
  const leave = (): void => {
    notify(() => watcher[Symbol.asyncDispose](), watching.report);
  };
  signal.addEventListener("abort", leave);
  // A step among the others: what waits behind it is sent only when the guards have let it pass.
  const timer = setInterval(() => watcher.pushStep({ kind: "ask" }), Math.min(guardSeconds * 1000, MAX_DELAY));
  try {
    for (let step = signal.aborted ? null : await watcher.next(); step !== null; step = await watcher.next()) {
      switch (step.kind) {
        case "patches": {
          const { patches } = step;
          const [first] = patches;
          if (first !== undefined) yield patches.length === 1 ? first : { ...first, batch: patches };
          break;
        }
        case "refresh":
          yield { ...await watching.refresh(step.selector), ...step.marks };
          break;
        case "catchUp":
          yield* marked(await catchUp(options.refresh, watching), step.marks.id);
          break;
        case "place": {
          const { id } = step.marks;
          if (id !== undefined) yield { event: "checkpoint", id, share: watching.share };
          break;
        }
        case "ask": {
          const refusal = await watching.ask(guard, true);
          if (refusal !== null) return yield* refuse(refusal, watching);
        }
      }
    }
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", leave);
    // Not awaited bare: the stream has ended as it has ended, whatever becomes of its place in the topic.
    await notify(() => watcher[Symbol.asyncDispose](), watching.report);
  }
}

/** The longest delay a timer takes; a longer one would be none at all (HTML, 8.6: a signed 32-bit number). */
const MAX_DELAY = 2 ** 31 - 1;

/** The whole state, as the topic says it is told. */
async function catchUp(how: LiveItem["options"]["refresh"], watching: Watching): Promise<readonly Patch[]> {
  if (typeof how === "function") return await watching.render(await how());
  return [await watching.refresh(how ?? null)];
}

/** Patches that stand at a place together, which the last of them says; without a patch the place alone. */
function* marked(patches: readonly Patch[], id: string | undefined): Generator<Patch & PatchMarks, void, void> {
  for (const [index, patch] of patches.entries()) {
    yield id === undefined || index < patches.length - 1 ? patch : { ...patch, id };
  }
  if (patches.length === 0 && id !== undefined) yield { event: "checkpoint", id };
}

function* refuse(refusal: Outcome, { redirectTarget }: Watching): Generator<Patch, void, void> {
  if (refusal.kind === "failure") {
    const { status, message, headers, reason } = refusal;
    throw new HyperError(status, reason ?? "A guard denies to watch", { headers, userText: message });
  }
  const response = refusal.kind === "response" ? refusal.response : null;
  const location = response?.headers.get("location");
  if (response !== null && response.status < 400 && location != null) {
    const url = redirectTarget(location, true);
    yield { event: "redirect", data: url.startsWith("/") ? { url } : { url, external: true } };
    return;
  }
  const status = response !== null && response.status >= 400 ? response.status : 403;
  throw new HyperError(status, "A guard denies to watch", { userText: catalogueText("denied") });
}
