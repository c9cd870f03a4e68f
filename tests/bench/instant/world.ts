/**
 * The server that all contenders share: its data, its delays, and the markup that is the same for all of them.
 */

/** Delay of the slow part of a page, in milliseconds. */
export const SLOW_MS = 600;
/** Delay of any other page of the rows about navigation, in milliseconds. */
export const PAGE_MS = 100;
/** Delay of a like, in milliseconds. */
export const LIKE_MS = 300;
/** Pause of typing after which a search is sent, in milliseconds. All contenders have the same. */
export const DEBOUNCE_MS = 100;

/** One server: it counts the requests for answers, and delays each. */
export class World {
  /** Number of answers that were asked for. */
  requests = 0;
  /** Returns the delay of the next answer, in milliseconds. */
  pauseOf: () => number = () => 0;
  /** `true` if the server refuses likes. */
  isRefusing = false;
  /** The time of the last answer, in milliseconds since the epoch. */
  answeredAt = NaN;
  /** The people on the list. */
  people: readonly string[] = ["Ada"];
  /** `true` if the like is set. */
  isLiked = false;
  #pending = 0;

  /** `true` while the server works on an answer. */
  get isBusy(): boolean {
    return this.#pending > 0;
  }

  /** Returns an answer after the next delay. */
  async answer<T>(make: () => T): Promise<T> {
    this.requests++;
    this.#pending++;
    try {
      await sleep(this.pauseOf());
      return make();
    } finally {
      this.#pending--;
      this.answeredAt = Date.now();
    }
  }

  /** Sets the like after a delay. Returns whether the server accepts it. */
  like(): Promise<boolean> {
    return this.answer(() => {
      if (!this.isRefusing) this.isLiked = !this.isLiked;
      return !this.isRefusing;
    });
  }

  /** Adds a person. Returns the error, if any. */
  add(name: string): string | null {
    if (name.trim() === "") return "Enter a name";
    this.people = [...this.people, name];
    return null;
  }
}

/** Waits, in milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Returns what a search finds. */
export function foundFor(query: string): readonly string[] {
  return query === "" ? [] : [1, 2, 3].map((number) => `${query} ${number}`);
}

/** Returns the error about an address, if any: one with an `x` is taken. */
export function errorOf(email: string): string | null {
  return email.includes("x") ? `"${email}" is taken` : null;
}

/** Markup of the list that a search shows. */
export function resultsOf(query: string): string {
  return `<ul id="results">${foundFor(query).map((found) => `<li>${found}</li>`).join("")}</ul>`;
}

/** Markup of the list of people. */
export function peopleOf({ people }: World): string {
  return `<ul id="people">${people.map((name) => `<li>${name}</li>`).join("")}</ul>`;
}

/** Markup of the like button, with the attributes of a contender. */
export function likeButton(isLiked: boolean, attributes = ""): string {
  return `<button id="like" aria-pressed="${isLiked}" ${attributes}>Like</button>`;
}

/** Creates a document. */
export function documentOf(head: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bench</title>${head}</head>` +
    `<body>${body}</body></html>`;
}

/** Creates a response of HTML. */
export function htmlResponse(body: BodyInit, status = 200, type = "text/html"): Response {
  return new Response(body, { status, headers: { "content-type": `${type}; charset=utf-8` } });
}

/** Streams a document: its shell at once, and its slow part once it is ready. */
export function slowDocument(head: string, open = "<main>"): Response {
  const [before = "", after = ""] = documentOf(head, `${open}<h1 id="shell">Report</h1>\0</main>`).split("\0");
  const encoder = new TextEncoder();
  return htmlResponse(
    new ReadableStream<Uint8Array>({
      async start(controller): Promise<void> {
        controller.enqueue(encoder.encode(before));
        await sleep(SLOW_MS);
        controller.enqueue(encoder.encode(`<p id="part">Ready</p>${after}`));
        controller.close();
      },
    }),
  );
}
