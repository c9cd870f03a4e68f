// Work that shares a pool: it waits while there is no room, and the principals and addresses that wait take turns.
//
// A page of one user may have hundreds of regions to render at once. Those of another user must not wait for all of them.
import type { Holder } from "./caller.ts";
import { createPool, type Hold, type Pool } from "./pool.ts";

/** Work of one holder that waits. */
interface Line {
  readonly holder: Holder;
  /** Starts each, in the order of their arrival. */
  readonly starts: ((hold: Hold) => void)[];
}

/** Bounds work that runs at the same time. */
export class Turns {
  readonly #pool: Pool;
  /** The lines of all holders, in the order of their turns. */
  readonly #lines = new Map<string, Line>();

  /** @param size Number of pieces of work at a time. */
  constructor(size: number) {
    this.#pool = createPool({ limit: "turns", size });
  }

  /**
   * Runs work in its turn.
   *
   * @param holder The principal or address that it is for.
   * @param gone Aborted when the result is not needed any more. Work that never ends must not take room forever.
   * @param work The work.
   */
  async run<T>(holder: Holder, gone: AbortSignal, work: () => T | Promise<T>): Promise<T> {
    const hold = this.#tryTake(holder) ?? await this.#wait(holder);
    const leave = (): void => {
      hold.release();
      this.#startNext();
    };
    if (gone.aborted) leave();
    else gone.addEventListener("abort", leave, { once: true });
    try {
      return await work();
    } finally {
      gone.removeEventListener("abort", leave);
      leave();
    }
  }

  #tryTake(holder: Holder): Hold | null {
    if (this.#lines.has(keyOf(holder))) return null;
    const hold = this.#pool.take(holder);
    return hold.kind === "held" ? hold : null;
  }

  #wait(holder: Holder): Promise<Hold> {
    const key = keyOf(holder);
    const line = this.#lines.get(key) ?? { holder, starts: [] };
    this.#lines.set(key, line);
    return new Promise((start) => line.starts.push(start));
  }

  /** Starts what has room. A holder whose work has started goes to the end of the order. */
  #startNext(): void {
    for (const [key, line] of this.#lines) {
      const hold = this.#pool.take(line.holder);
      if (hold.kind === "refused") {
        if (hold.reason === "full") return;
        continue;
      }
      this.#lines.delete(key);
      line.starts.shift()?.(hold);
      if (line.starts.length > 0) this.#lines.set(key, line);
    }
  }
}

function keyOf(holder: Holder): string {
  return holder.kind === "unknown" ? "unknown" : `${holder.kind} ${holder.name}`;
}
