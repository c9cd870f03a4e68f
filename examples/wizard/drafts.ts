/** Drafts of registrations, in a store: they survive a reload, a closed tab, and with SQLite a restart. */
import { dependency, type Guard, type RequestContext, type Store } from "@hyper/actions";
import { z } from "zod";
import { type Answers, type Step, STEPS } from "./steps.ts";

/** The answers of a step. */
const StepDraft = z.object({
  /** The texts of its fields, valid or not. */
  typed: z.record(z.string(), z.string()),
  /** Its validated values; `null` while it is not validated. */
  accepted: z.record(z.string(), z.unknown()).nullable(),
});

/** Parses a draft. */
const Draft = z.record(z.string(), StepDraft);

/** A draft: the answers of each step, by its path. */
export type Draft = Readonly<z.infer<typeof Draft>>;

/** Seconds for which a draft is kept: a week. */
export const DRAFT_SECONDS = 7 * 24 * 60 * 60;
/** Seconds for which a registration is kept: 90 days. */
const SENT_SECONDS = 90 * 24 * 60 * 60;

/** The drafts of an application. */
export class Drafts {
  readonly #store: Store;

  /** Keeps drafts in a store. */
  constructor(store: Store) {
    this.#store = store;
  }

  /** Starts a draft, and returns its id, which cannot be guessed. */
  async begin(): Promise<string> {
    const id = crypto.randomUUID();
    await this.#store.put(keyOf(id), {}, DRAFT_SECONDS);
    return id;
  }

  /** Returns a draft; `null` if it was sent or has expired. */
  async find(id: string): Promise<Draft | null> {
    const found = await this.#store.get(keyOf(id));
    return found === null ? null : Draft.parse(found);
  }

  /** Saves the texts of a step. If they have changed, the step has to be validated again. */
  async keep(id: string, { path }: Step, typed: Readonly<Record<string, string>>): Promise<void> {
    await this.#change(id, (draft) => {
      const before = draft[path];
      const isSame = JSON.stringify(before?.typed) === JSON.stringify(typed);
      return { ...draft, [path]: { typed, accepted: isSame ? before?.accepted ?? null : null } };
    });
  }

  /** Saves a step that was validated. */
  async accept(id: string, { path }: Step, typed: Readonly<Record<string, string>>, accepted: Answers): Promise<void> {
    await this.#change(id, (draft) => ({ ...draft, [path]: { typed, accepted } }));
  }

  /** Sends a draft once. Returns the number of the registration; `null` if a step is missing or the draft was sent already. */
  async send(id: string): Promise<string | null> {
    const draft = await this.find(id);
    if (draft === null || firstOpen(draft) !== undefined) return null;
    // Only one of two tabs deletes the draft: a real application would write to its database after this line.
    if (!await this.#store.deleteIf(keyOf(id), draft)) return null;
    const number = crypto.randomUUID().slice(0, 8).toUpperCase();
    await this.#store.put(`registration:${number}`, draft, SENT_SECONDS);
    return number;
  }

  /** Returns a registration, or `null`. */
  async findSent(number: string): Promise<Draft | null> {
    const found = await this.#store.get(`registration:${number}`);
    return found === null ? null : Draft.parse(found);
  }

  /** Deletes a draft. */
  async drop(id: string): Promise<void> {
    await this.#store.delete(keyOf(id));
  }

  // Two tabs may save different steps at the same time: the second one reads the draft again.
  async #change(id: string, change: (draft: Draft) => Draft): Promise<void> {
    for (;;) {
      const before = await this.find(id);
      if (before === null || await this.#store.replace(keyOf(id), before, change(before), DRAFT_SECONDS)) return;
    }
  }
}

const COOKIE = /(?:^|; ?)draft=([0-9a-f-]{36})(?:;|$)/;

/** The drafts of the application; `createApp()` sets them. */
export const drafts = dependency("drafts", (): Drafts => {
  throw new TypeError("Cannot open the drafts: createApp() was called without a store");
});

/** The draft of the user, or `null`. */
export const currentDraft = dependency(
  "draft",
  async ({ request, deps }): Promise<{ id: string; draft: Draft } | null> => {
    const id = COOKIE.exec(request.headers.get("cookie") ?? "")?.[1];
    if (id === undefined) return null;
    const draft = await (await deps.get(drafts)).find(id);
    return draft === null ? null : { id, draft };
  },
);

/** The id of the user's draft, for actions with the guard below. */
export const draftId = dependency("draft id", async ({ deps }): Promise<string> => {
  const current = await deps.get(currentDraft);
  if (current === null) {
    throw new TypeError("Cannot find the draft: the action has no guard that requires one; add withDraft");
  }
  return current.id;
});

/** The guard of everything that needs a draft: a user without one is redirected to the start. */
export const withDraft: Guard = async ({ deps }: RequestContext) =>
  await deps.get(currentDraft) !== null || new Response(null, { status: 303, headers: { location: "/" } });

/** Returns the first step that is not validated; `undefined` if all are. */
export function firstOpen(draft: Draft): Step | undefined {
  return STEPS.find(({ path }) => (draft[path]?.accepted ?? null) === null);
}

function keyOf(id: string): string {
  return `draft:${id}`;
}
