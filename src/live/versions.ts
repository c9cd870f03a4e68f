// A number for each topic that grows with each change of it: whether something that was made before is still up to date.

/** Maximum number of topics that have a number of their own. */
const MAX_TOPICS = 10_000;

/** The versions of topics, as one instance knows them. */
export class TopicVersions {
  #count = 0;
  /** The version of all topics that have none of their own. */
  #least = 0;
  readonly #versions = new Map<string, number>();

  /** Returns the version of the topic that has changed last. */
  of(topics: readonly string[]): number {
    return Math.max(this.#least, ...topics.map((topic) => this.#versions.get(topic) ?? 0));
  }

  /** Notes that topics have changed. */
  touch(topics: readonly string[]): void {
    this.#count++;
    for (const topic of topics) this.#versions.set(topic, this.#count);
    if (this.#versions.size > MAX_TOPICS) this.touchAll();
  }

  /** Notes that any topic may have changed. */
  touchAll(): void {
    this.#least = ++this.#count;
    this.#versions.clear();
  }
}
