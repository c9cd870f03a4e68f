// One stream of a topic: the patches its reader gets, from the initial state until it leaves.
import { notify } from "../callback.ts";
import type { Guard } from "../context.ts";
import { HyperError } from "../errors.ts";
import { Alarm } from "./alarms.ts";
import type { Live } from "../live/live.ts";
import type { LivePatch } from "../live/message.ts";
import type { Patch, PatchMarks } from "../protocol/patch.ts";
import type { Item, LiveItem } from "../results/item.ts";
import type { Outcome } from "./outcome.ts";
import { catalogueText } from "../texts/catalogue.ts";

/** The parts of a request that watching needs. */
export interface Watching {
  /** The topics. */
  readonly live: Live;
  /** The `Last-Event-ID` of the browser; `null` for a new stream. */
  readonly lastEventId: string | null;
  /** A digest that is the same for all readers that get the same patches. */
  readonly share: string;
  /** Aborted when the reader has left. */
  readonly signal: AbortSignal;
  /** Called with the errors of work that the stream does not await. */
  report(error: unknown): void;
  /**
   * Asks the guards with fresh dependencies.
   *
   * @param again If `true`, the guards of the action and the handler are asked too. When a stream begins they were just asked.
   * @returns The outcome of a denial; `null` if all guards allow it.
   */
  ask(guard: Guard | null, again: boolean): Promise<Outcome | null>;
  /** Renders the current state of the reader's page, or of a part of it. */
  refresh(selector: string | null): Promise<LivePatch>;
  /** Renders items for the reader. */
  render(items: Item | readonly Item[]): Promise<readonly Patch[]>;
  /** Checks the target of a guard's redirect. */
  redirectTarget(url: string, external: boolean): string;
}

/**
 * Watches a topic.
 *
 * @throws {HyperError} When a guard denies it, and with status 503 when the bus cannot be reached.
 */
export async function* watch(item: LiveItem, watching: Watching): AsyncGenerator<Patch & PatchMarks, void, void> {
  const { topic, options } = item;
  const { live, lastEventId, signal } = watching;
  const { guard = null, guardSeconds = 60 } = options;
  const refusal = await watching.ask(guard, false);
  if (refusal !== null) return yield* endDenied(refusal, watching);
  const watcher = await live.watch(topic, lastEventId);
  const leave = (): void => {
    notify(() => watcher[Symbol.asyncDispose](), (error) => watching.report(error));
  };
  signal.addEventListener("abort", leave);
  // In order with the other steps: the ones queued after it are sent only if the guards allow it.
  const alarm = new Alarm({
    ring(alarm) {
      alarm.set(guardSeconds * 1000);
      watcher.pushStep({ kind: "ask" });
    },
  });
  alarm.set(guardSeconds * 1000);
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
          yield* withPosition(await catchUp(options.refresh, watching), step.marks.id);
          break;
        case "place": {
          const { id } = step.marks;
          if (id !== undefined) yield { event: "checkpoint", id, share: watching.share };
          break;
        }
        case "ask": {
          const refusal = await watching.ask(guard, true);
          if (refusal !== null) return yield* endDenied(refusal, watching);
        }
      }
    }
  } finally {
    alarm.stop();
    signal.removeEventListener("abort", leave);
    // An error of leaving the topic is reported; it must not replace the error that ended the stream.
    await notify(() => watcher[Symbol.asyncDispose](), (error) => watching.report(error));
  }
}

/** Renders the current state, in the way that the topic declares. */
async function catchUp(how: LiveItem["options"]["refresh"], watching: Watching): Promise<readonly Patch[]> {
  if (typeof how === "function") return await watching.render(await how());
  return [await watching.refresh(how ?? null)];
}

/** Yields patches that share a position in the topic, with its id at the last one; without patches a checkpoint alone. */
function* withPosition(patches: readonly Patch[], id: string | undefined): Generator<Patch & PatchMarks, void, void> {
  for (const [index, patch] of patches.entries()) {
    yield id === undefined || index < patches.length - 1 ? patch : { ...patch, id };
  }
  if (patches.length === 0 && id !== undefined) yield { event: "checkpoint", id };
}

function* endDenied(refusal: Outcome, watching: Pick<Watching, "redirectTarget">): Generator<Patch, void, void> {
  if (refusal.kind === "failure") {
    const { status, message, headers, reason } = refusal;
    throw new HyperError(status, reason ?? "A guard denies to watch", { headers, userText: message });
  }
  const response = refusal.kind === "response" ? refusal.response : null;
  const location = response?.headers.get("location");
  if (response !== null && response.status < 400 && location != null) {
    const url = watching.redirectTarget(location, true);
    yield { event: "redirect", data: url.startsWith("/") ? { url } : { url, external: true } };
    return;
  }
  const status = response !== null && response.status >= 400 ? response.status : 403;
  throw new HyperError(status, "A guard denies to watch", { userText: catalogueText("denied") });
}
