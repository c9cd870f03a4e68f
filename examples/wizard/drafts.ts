/** Unfinished registrations in a store. They survive a reload, a closed tab, and with SQLite a restart. */
import { dependency, type Guard, type RequestContext, type Store } from "@hyper/actions";
import { z } from "zod";
import { type Answers, type Step, STEPS } from "./steps.ts";

/** State of a step. */
const StepDraft = z.object({
  /** Entered values, valid or not. */
  typed: z.record(z.string(), z.string()),
  /** Validated values, or `null` before validation. */
  accepted: z.record(z.string(), z.unknown()).nullable(),
});

/** Parses a draft. */
const Draft = z.record(z.string(), StepDraft);

/** A draft: the answers of each step, by its path. */
export type Draft = Readonly<z.infer<typeof Draft>>;

/** Time for which a draft is kept, in seconds: a week. */
export const DRAFT_SECONDS = 7 * 24 * 60 * 60;
/** Time for which a registration can be viewed, in seconds: 90 days. */
const SENT_SECONDS = 90 * 24 * 60 * 60;

/** Drafts of the application. */
export class Drafts {
  readonly #store: Store;

  /** Stores drafts in a store that may contain other values. */
  constructor(store: Store) {
    this.#store = store;
  }

  /** Creates a draft and returns its random ID. */
  async begin(): Promise<string> {
    const id = crypto.randomUUID();
    await this.#store.put(keyOf(id), {}, DRAFT_SECONDS);
    return id;
  }

  /** Returns a draft, or `null` if it was sent or has expired. */
  async find(id: string): Promise<Draft | null> {
    const found = await this.#store.get(keyOf(id));
    return found === null ? null : Draft.parse(found);
  }

  /** Saves the entered values of a step. Its validated values are kept if they have not changed. */
  async keep(id: string, { path }: Step, typed: Readonly<Record<string, string>>): Promise<void> {
    await this.#change(id, (draft) => {
      const before = draft[path];
      const isSame = JSON.stringify(before?.typed) === JSON.stringify(typed);
      return { ...draft, [path]: { typed, accepted: isSame ? before?.accepted ?? null : null } };
    });
  }

  /** Saves a valid step. */
  async accept(id: string, { path }: Step, typed: Readonly<Record<string, string>>, accepted: Answers): Promise<void> {
    await this.#change(id, (draft) => ({ ...draft, [path]: { typed, accepted } }));
  }

  /** Sends a draft once and returns its number, or `null` if it was sent already. */
  async send(id: string): Promise<string | null> {
    const draft = await this.find(id);
    if (draft === null || firstOpen(draft) !== undefined) return null;
    // Only one of two tabs succeeds here. An application writes to its database after this line.
    if (!await this.#store.deleteIf(keyOf(id), draft)) return null;
    const number = crypto.randomUUID().slice(0, 8).toUpperCase();
    await this.#store.put(`registration:${number}`, draft, SENT_SECONDS);
    return number;
  }

  /** Returns a sent registration, or `null`. */
  async findSent(number: string): Promise<Draft | null> {
    const found = await this.#store.get(`registration:${number}`);
    return found === null ? null : Draft.parse(found);
  }

  /** Deletes a draft. */
  async drop(id: string): Promise<void> {
    await this.#store.delete(keyOf(id));
  }

  // Two tabs may write at the same time: the second one reads the draft again.
  async #change(id: string, change: (draft: Draft) => Draft): Promise<void> {
    for (;;) {
      const before = await this.find(id);
      if (before === null || await this.#store.replace(keyOf(id), before, change(before), DRAFT_SECONDS)) return;
    }
  }
}

const COOKIE = /(?:^|; ?)draft=([0-9a-f-]{36})(?:;|$)/;

/** The drafts of the application, provided by `createApp()`. */
export const drafts = dependency("drafts", (): Drafts => {
  throw new TypeError("Cannot open the drafts: createApp() was called without a store");
});

/** The draft of the request, or `null`. */
export const currentDraft = dependency(
  "draft",
  async ({ request, deps }): Promise<{ id: string; draft: Draft } | null> => {
    const id = COOKIE.exec(request.headers.get("cookie") ?? "")?.[1];
    if (id === undefined) return null;
    const draft = await (await deps.get(drafts)).find(id);
    return draft === null ? null : { id, draft };
  },
);

/** The ID of the draft of the request, for actions and pages with the guard below. */
export const draftId = dependency("draft id", async ({ deps }): Promise<string> => {
  const current = await deps.get(currentDraft);
  if (current === null) {
    throw new TypeError("Cannot find the draft: the action has no guard that requires one; add withDraft");
  }
  return current.id;
});

/** Guard of actions and pages that need a draft: without one, the user starts again. */
export const withDraft: Guard = async ({ deps }: RequestContext) =>
  await deps.get(currentDraft) !== null || new Response(null, { status: 303, headers: { location: "/" } });

/** Returns the first step that is not valid, or `undefined`. */
export function firstOpen(draft: Draft): Step | undefined {
  return STEPS.find(({ path }) => (draft[path]?.accepted ?? null) === null);
}

function keyOf(id: string): string {
  return `draft:${id}`;
}
