/** Registrations that are not sent yet, in a store: they outlive a reload, a closed tab, and with SQLite a restart. */
import { dependency, type Guard, type RequestContext, type Store } from "@hyper/actions";
import { z } from "zod";
import { type Answers, type Step, STEPS } from "./steps.ts";

/** What is known of one step. */
const StepDraft = z.object({
  /** What stands in its fields, right or wrong. */
  typed: z.record(z.string(), z.string()),
  /** What it was found to say; `null` while that is not checked. */
  accepted: z.record(z.string(), z.unknown()).nullable(),
});

/** A registration on its way: what is known of each step, by its path. */
const Draft = z.record(z.string(), StepDraft);

/** A registration on its way: what is known of each step, by its path. */
export type Draft = Readonly<z.infer<typeof Draft>>;

/** A draft waits for a week. */
export const DRAFT_SECONDS = 7 * 24 * 60 * 60;
/** What was sent is shown for a quarter of a year. */
const SENT_SECONDS = 90 * 24 * 60 * 60;

/** The drafts of an application. */
export class Drafts {
  readonly #store: Store;

  /** Keeps drafts in a store, beside what else is in it. */
  constructor(store: Store) {
    this.#store = store;
  }

  /** Begins a draft; gives its id, which nobody can guess. */
  async begin(): Promise<string> {
    const id = crypto.randomUUID();
    await this.#store.put(keyOf(id), {}, DRAFT_SECONDS);
    return id;
  }

  /** A draft, or `null` when it was sent, or has waited too long. */
  async find(id: string): Promise<Draft | null> {
    const found = await this.#store.get(keyOf(id));
    return found === null ? null : Draft.parse(found);
  }

  /** Keeps what stands in the fields of a step. What was accepted of it holds as long as nothing else stands there. */
  async keep(id: string, { path }: Step, typed: Readonly<Record<string, string>>): Promise<void> {
    await this.#change(id, (draft) => {
      const before = draft[path];
      const isSame = JSON.stringify(before?.typed) === JSON.stringify(typed);
      return { ...draft, [path]: { typed, accepted: isSame ? before?.accepted ?? null : null } };
    });
  }

  /** Keeps a step that was found sound. */
  async accept(id: string, { path }: Step, typed: Readonly<Record<string, string>>, accepted: Answers): Promise<void> {
    await this.#change(id, (draft) => ({ ...draft, [path]: { typed, accepted } }));
  }

  /** Sends a draft, once, whoever else tries; gives the number it is found under from then on, or `null`. */
  async send(id: string): Promise<string | null> {
    const draft = await this.find(id);
    if (draft === null || firstOpen(draft) !== undefined) return null;
    // Only one of two tabs finds the draft as it was: a real application would write to its database after this line.
    if (!await this.#store.deleteIf(keyOf(id), draft)) return null;
    const number = crypto.randomUUID().slice(0, 8).toUpperCase();
    await this.#store.put(`registration:${number}`, draft, SENT_SECONDS);
    return number;
  }

  /** What was sent, or `null`. */
  async findSent(number: string): Promise<Draft | null> {
    const found = await this.#store.get(`registration:${number}`);
    return found === null ? null : Draft.parse(found);
  }

  /** Forgets a draft. */
  async drop(id: string): Promise<void> {
    await this.#store.delete(keyOf(id));
  }

  // Two tabs may write at once, each about another step: who comes second looks again at what there is now.
  async #change(id: string, change: (draft: Draft) => Draft): Promise<void> {
    for (;;) {
      const before = await this.find(id);
      if (before === null || await this.#store.replace(keyOf(id), before, change(before), DRAFT_SECONDS)) return;
    }
  }
}

const COOKIE = /(?:^|; ?)draft=([0-9a-f-]{36})(?:;|$)/;

/** The drafts of the application; `createApp()` puts them in. */
export const drafts = dependency("drafts", (): Drafts => {
  throw new TypeError("Cannot open the drafts: createApp() was given no store");
});

/** The draft of who asks, or `null`. */
export const currentDraft = dependency(
  "draft",
  async ({ request, deps }): Promise<{ id: string; draft: Draft } | null> => {
    const id = COOKIE.exec(request.headers.get("cookie") ?? "")?.[1];
    if (id === undefined) return null;
    const draft = await (await deps.get(drafts)).find(id);
    return draft === null ? null : { id, draft };
  },
);

/** The id of the draft of who asks, for what has the guard below. */
export const draftId = dependency("draft id", async ({ deps }): Promise<string> => {
  const current = await deps.get(currentDraft);
  if (current === null) throw new TypeError("Cannot name the draft: the action has no guard that asks for one");
  return current.id;
});

/** The guard of what belongs to a draft: who has none, or none any more, begins one. */
export const withDraft: Guard = async ({ deps }: RequestContext) =>
  await deps.get(currentDraft) !== null || new Response(null, { status: 303, headers: { location: "/" } });

/** The first step that is not accepted; `undefined` when all are. */
export function firstOpen(draft: Draft): Step | undefined {
  return STEPS.find(({ path }) => (draft[path]?.accepted ?? null) === null);
}

function keyOf(id: string): string {
  return `draft:${id}`;
}
