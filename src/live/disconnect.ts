/**
 * Ending the streams of a visitor on every instance.
 *
 * @module
 */
import { notify, type Report, tell } from "../callback.ts";
import type { Bus, BusMessage, BusSubscription } from "../store/store.ts";

/** No topic of an application begins like this. */
const TOPIC = "hyper:disconnect";

/** Tells the other instances who is to be disconnected. */
export interface Disconnects {
  /** Begins to listen, once; called when the first stream opens, since before it there is nothing to end. */
  listen(): void;
  /** Tells every instance, this one too. */
  send(principal: string): void;
  /** Stops listening. */
  close(): Promise<void>;
}

/**
 * Makes what tells them.
 *
 * @param bus What it goes over.
 * @param disconnect Ends the streams of a visitor on this instance.
 * @param report Told when the bus cannot be reached: who has been signed out is then refused when the guards are asked again.
 */
export function createDisconnects(
  bus: Bus,
  disconnect: (principal: string) => void,
  report: Report,
): Disconnects {
  let subscription: Promise<BusSubscription | null> | null = null;
  const listener = ({ message }: BusMessage): void => {
    if (typeof message === "string") disconnect(message);
  };
  const subscribe = async (): Promise<BusSubscription | null> => {
    try {
      return await bus.subscribe(TOPIC, listener);
    } catch (error) {
      tell(report, error);
      // The next stream that opens tries again.
      subscription = null;
      return null;
    }
  };
  return {
    listen() {
      subscription ??= subscribe();
    },
    send(principal) {
      // Here at once, whatever the bus does.
      disconnect(principal);
      notify(() => bus.publish(TOPIC, principal), report);
    },
    async close() {
      const listening = await subscription;
      subscription = null;
      await notify(() => listening?.[Symbol.asyncDispose](), report);
    },
  };
}
