/**
 * The messages between the tabs of a browser about their one stream.
 *
 * @module
 */
import type { StreamBlock } from "../../protocol/event_stream.ts";
import type { FollowedCall } from "./followed.ts";

/** The regions of a page, or of a layer over it: references with their places. */
export interface PageRegions {
  readonly at: string;
  readonly regions: readonly (readonly [string, string | null])[];
}

/** The regions and calls of a tab. */
export interface TabContents {
  readonly tab: string;
  /** Counts what the tab has sent. */
  readonly version: number;
  readonly pages: readonly PageRegions[];
  readonly calls: readonly FollowedCall[];
}

/** A message on the channel. */
export type Message =
  /** The contents of a tab, or none when it closes. */
  | { readonly kind: "tab"; readonly sent: TabContents }
  /** The leader has received the contents of a tab. */
  | { readonly kind: "noted"; readonly tab: string }
  /** A new leader asks for the contents of all tabs. */
  | { readonly kind: "who" }
  /** Regions that have changed. */
  | { readonly kind: "dirty"; readonly at: string; readonly dirty: readonly string[]; readonly echo?: string }
  /** The place up to which these tabs, with what they had sent, have received everything. */
  | { readonly kind: "place"; readonly place: string; readonly tabs: readonly (readonly [string, number])[] }
  /** A block of calls that are at a position. */
  | { readonly kind: "block"; readonly ids: readonly string[]; readonly after: string; readonly block: StreamBlock }
  /** The stream is alive. */
  | { readonly kind: "heartbeat"; readonly ids: readonly string[] }
  /** Calls have ended with these blocks. Without any, their tabs send their requests again. */
  | { readonly kind: "over"; readonly ids: readonly string[]; readonly last: readonly StreamBlock[] };
