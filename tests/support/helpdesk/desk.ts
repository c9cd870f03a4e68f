/** The tickets of the help desk, kept while its server restarts. */

/** A step of a ticket. */
export interface Step {
  readonly text: string;
  readonly done: boolean;
}

/** A ticket. */
export interface Ticket {
  readonly id: number;
  title: string;
  status: "open" | "closed";
  comments: string[];
  steps: readonly Step[];
}

/** All tickets, in memory. */
export class Desk {
  readonly #tickets = new Map<number, Ticket>();
  #next = 1;

  /** Creates a desk with a ticket for each title. */
  constructor(...titles: readonly string[]) {
    for (const title of titles) this.add(title);
  }

  /** Adds a ticket. */
  add(title: string): Ticket {
    const ticket: Ticket = { id: this.#next++, title, status: "open", comments: [], steps: [] };
    this.#tickets.set(ticket.id, ticket);
    return ticket;
  }

  /** Returns the tickets whose title contains a string, the latest first. */
  find(text: string): readonly Ticket[] {
    const wanted = text.toLowerCase();
    return [...this.#tickets.values()].filter(({ title }) => title.toLowerCase().includes(wanted)).toReversed();
  }

  /** Returns a ticket, or `undefined` if it was deleted. */
  get(id: number): Ticket | undefined {
    return this.#tickets.get(id);
  }

  /** Deletes a ticket. */
  delete(id: number): void {
    this.#tickets.delete(id);
  }
}
