// Alarms of open streams: those with the same delay share one timer of the runtime.
//
// ```
// 15 s ── alarm ── alarm ── alarm    each is set at the end of its lane, so that they ring in this order
// 60 s ── alarm ── alarm
// ```
//
// A timer of the runtime takes about 800 bytes, and a server has several for each of its idle streams.

/** A timer with a delay of 24 days or more would fire at once (HTML, 8.7). */
const MAX_DELAY = 2 ** 31 - 1;

/** The alarms with one delay, the next first. */
class Lane {
  readonly #delay: number;
  readonly #alarms = new Set<Alarm>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(delay: number) {
    this.#delay = delay;
  }

  /** Adds an alarm at the end. */
  add(alarm: Alarm): void {
    this.#alarms.add(alarm);
    if (this.#timer === undefined) this.#start(this.#delay);
  }

  remove(alarm: Alarm): void {
    this.#alarms.delete(alarm);
    if (this.#alarms.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    lanes.delete(this.#delay);
  }

  #start(delay: number): void {
    this.#timer = setTimeout(() => this.#ring(), delay);
  }

  #ring(): void {
    // Not restarted by an alarm that is set while another rings.
    const now = performance.now();
    try {
      for (const alarm of this.#alarms) {
        if (alarm.dueAt > now) break;
        alarm.ring();
      }
    } finally {
      this.#timer = undefined;
      // If one has thrown, the others ring at once.
      const [next] = this.#alarms;
      if (next !== undefined) this.#start(Math.max(0, next.dueAt - now));
    }
  }
}

/** The lanes with an alarm, by delay: as few as there are different options. */
const lanes = new Map<number, Lane>();

/** The owner of an alarm. Not a function: a stream would hold one for each of its alarms. */
export interface Ringing {
  /** Called when an alarm is due. */
  ring(alarm: Alarm): void;
}

/** Rings once after a delay, and again each time it is set. */
export class Alarm {
  /** The time at which it rings, in milliseconds of `performance.now()`. */
  dueAt = 0;
  #lane: Lane | null = null;
  readonly #owner: Ringing;

  /** @param owner Its owner. */
  constructor(owner: Ringing) {
    this.#owner = owner;
  }

  /**
   * Sets the alarm, in place of the last time.
   *
   * @param delay Milliseconds, one of a few different values. It never rings with 24 days or more.
   * @param now The time, in milliseconds of `performance.now()`.
   */
  set(delay: number, now: number = performance.now()): void {
    this.stop();
    if (delay > MAX_DELAY) return;
    const lane = lanes.get(delay) ?? new Lane(delay);
    lanes.set(delay, lane);
    this.dueAt = now + delay;
    this.#lane = lane;
    lane.add(this);
  }

  /** Stops the alarm; it can be set again. */
  stop(): void {
    this.#lane?.remove(this);
    this.#lane = null;
  }

  /** Called by its lane when it is due. */
  ring(): void {
    this.stop();
    this.#owner.ring(this);
  }
}
