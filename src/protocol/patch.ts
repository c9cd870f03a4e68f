// The events of an answer: each is one instruction for the browser, with one line of JSON as its data.

/** The ways to put new content in place. `outer` replaces the target with the content, `morph` changes the target into it. */
export type Swap = "inner" | "outer" | "before" | "after" | "prepend" | "append" | "delete" | "none" | "morph";

/** All swap modes, for checks. */
export const SWAPS: readonly Swap[] = [
  "inner",
  "outer",
  "before",
  "after",
  "prepend",
  "append",
  "delete",
  "none",
  "morph",
];

/** `patch_html`: put `content` where `target` and `swap` say. */
export interface HtmlPatchData {
  /** Markup; empty for `delete`. */
  readonly content: string;
  /** A CSS selector; all matches are patched. Default: the target of the call. */
  readonly target?: string;
  /** The swap mode. Default: that of the call, else `outer`. */
  readonly swap?: Swap;
  /** A selector: only this element of `content` is used. */
  readonly select?: string;
  /**
   * The start tag of `<html>` and the title of the page, for a refresh. The runtime shows the title, and the attributes
   * `class`, `lang`, `dir` and `data-*`.
   */
  readonly page?: string;
  /** If `true`, the change is a view transition of the page; `"scoped"`: of the parent of the target. */
  readonly transition?: boolean | "scoped";
  /** The next focus: `preserve`, `first-invalid`, or a selector. */
  readonly focus?: string;
  /** Milliseconds before the change. */
  readonly swap_delay?: number;
  /** Milliseconds after the change before it counts as settled. */
  readonly settle_delay?: number;
  /** If `true`, a missing target is an error. */
  readonly strict_targets?: boolean;
}

/** `switch_action`: another action continues the call. */
export interface SwitchPatchData {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly method: "GET" | "POST";
  /** The URL. Default: that of the page. */
  readonly url?: string;
}

/** `error`: the action failed, or its input is invalid. */
export interface ErrorPatchData {
  readonly status: number;
  readonly message: string;
  /** Messages by field path, those of the whole form under `""`; only for invalid input. */
  readonly issues?: Issues;
  /** The reason, for the developer of the client. It is never shown to users. */
  readonly reason?: string;
}

/** Messages of invalid input by field path, those of the whole form under `""`. */
export type Issues = Readonly<Record<string, readonly string[]>>;

/** `regions`: parts of the page that are out of date. */
export interface RegionsPatchData {
  /** The address of the page; absent for that of the call. */
  readonly at?: string;
  /** The references of regions that have changed. */
  readonly dirty?: readonly string[];
  /** The beginning of the request ID of the only call that has changed them. */
  readonly echo?: string;
  /** The place in the feed of changes up to which a stream has named everything. */
  readonly place?: string;
  /** `true` if the list of regions that the call sent was too long: any region may have changed. */
  readonly stale?: true;
}

/** `subscription`: which of the subscriptions of a stream the next events belong to. */
export interface SubscriptionPatchData {
  /** Its position in the list of the request. */
  readonly of: number;
  /**
   * Its last events: it has ended. If the list is empty, it could not be opened here, or not for now: its tab sends the request itself,
   * and the response has the reason.
   */
  readonly last?: readonly (Patch & PatchMarks)[];
}

/** One instruction for the browser. `checkpoint` has an id and no data. */
export type Patch =
  | { readonly event: "patch_html"; readonly data: HtmlPatchData }
  | { readonly event: "patch_signals"; readonly data: Readonly<Record<string, unknown>> }
  | { readonly event: "toast"; readonly data: Readonly<Record<string, unknown>> }
  | {
    readonly event: "dispatch_event";
    readonly data: { readonly name: string; readonly payload: unknown; readonly target?: string };
  }
  | { readonly event: "redirect"; readonly data: { readonly url: string; readonly external?: boolean } }
  | { readonly event: "history"; readonly data: { readonly push_url: string } | { readonly replace_url: string } }
  | { readonly event: "load_js"; readonly data: { readonly src: string } }
  /** Only for a call from a layer. */
  | { readonly event: "close_layer"; readonly data: { readonly value: unknown } }
  | { readonly event: "checkpoint"; readonly id: string }
  | { readonly event: "switch_action"; readonly data: SwitchPatchData }
  | { readonly event: "regions"; readonly data: RegionsPatchData }
  | { readonly event: "subscription"; readonly data: SubscriptionPatchData }
  /** Never sent: the server puts the regions that depend on the topics in its place. */
  | {
    readonly event: "changed";
    readonly data: { readonly topics: readonly string[] };
  }
  | { readonly event: "result"; readonly data: unknown }
  | { readonly event: "error"; readonly data: ErrorPatchData }
  | { readonly event: "end"; readonly data: Readonly<Record<string, never>> };

/** Further fields of the event of a patch that comes from a topic. */
export interface PatchMarks {
  /** Its position in the topic: `live:` and a string. The browser sends it back as `Last-Event-ID`. */
  readonly id?: string | undefined;
  /** The beginning of the id of the call that has caused it, so that its tab does not apply the change twice. */
  readonly echo?: string | undefined;
  /** A name that is the same in all tabs that receive the same stream; the first checkpoint has it. */
  readonly share?: string | undefined;
  /** All patches that are sent at once, this one first; absent for a single patch. Not sent. */
  readonly batch?: readonly (Patch & PatchMarks)[] | undefined;
}

/** The name of an event of a call. `changed` is never sent, and `subscription` is an event of the stream of a browser. */
export type PatchEvent = Exclude<Patch["event"], "changed" | "subscription">;

/** Returns whether an event completes its stream: nothing that follows it belongs to the answer. */
export const isTerminal = (event: string): boolean =>
  event === "end" || event === "redirect" || event === "switch_action";
