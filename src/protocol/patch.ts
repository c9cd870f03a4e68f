/**
 * Everything a browser may be told to do, as it travels: one server-sent event each, one line of JSON data.
 *
 * @module
 */

/** How new content takes its place. `morph` reconciles the target itself with the content, as `outer` replaces it. */
export type Swap = "inner" | "outer" | "before" | "after" | "prepend" | "append" | "delete" | "none" | "morph";

/** The swap modes, for a check at the edge. */
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
  /** A CSS selector; all its matches are patched. Without it the call's own target. */
  readonly target?: string;
  /** Without it the call's own, else `outer`. */
  readonly swap?: Swap;
  /** A selector: only this element of `content` is used. */
  readonly select?: string;
  /** Wrap the change in a view transition where the browser has them. */
  readonly transition?: boolean;
  /** Where the focus goes: `preserve`, `first-invalid`, or a selector. */
  readonly focus?: string;
  /** Milliseconds before the change. */
  readonly swap_delay?: number;
  /** Milliseconds after the change before it counts as settled. */
  readonly settle_delay?: number;
  /** Whether a target that is not there is an error. */
  readonly strict_targets?: boolean;
}

/** `switch_action`: hand this call over to another action. */
export interface SwitchPatchData {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly method: "GET" | "POST";
  /** Where to send it; without it the page's own URL. */
  readonly url?: string;
}

/** `error`: the action failed or refused its input. */
export interface ErrorPatchData {
  readonly status: number;
  readonly message: string;
  /** Messages by field path, the form's own under `""`; given when the input was refused. */
  readonly issues?: Issues;
  /** The reason, for the developer of the client. It is never shown to users. */
  readonly reason?: string;
}

/** What was wrong with the input: messages by field path, the form's own under `""`. */
export type Issues = Readonly<Record<string, readonly string[]>>;

/** One thing a browser is told, named by its event. `checkpoint` carries an id and no data. */
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
  | { readonly event: "checkpoint"; readonly id: string }
  | { readonly event: "switch_action"; readonly data: SwitchPatchData }
  | { readonly event: "result"; readonly data: unknown }
  | { readonly event: "error"; readonly data: ErrorPatchData }
  | { readonly event: "end"; readonly data: Readonly<Record<string, never>> };

/** What a patch that came from a topic says beside itself, as fields of its event. */
export interface PatchMarks {
  /** Where in its topic it stands, `live:` and a text: to be sent back as `Last-Event-ID`. */
  readonly id?: string | undefined;
  /** Which call has caused it, by the beginning of its id, so that its own tab does not apply its change twice. */
  readonly echo?: string | undefined;
  /** What is the same in every tab of a browser that would hear the same; a checkpoint at the beginning has it. */
  readonly share?: string | undefined;
  /** All that goes out at once, this patch first; where there is only this one, nothing. Not of the wire. */
  readonly batch?: readonly (Patch & PatchMarks)[] | undefined;
}

/** The name of an event that we define. */
export type PatchEvent = Patch["event"];

/** Whether a stream is complete after this event: nothing that follows it belongs to the answer. */
export function isTerminal(event: string): boolean {
  return event === "end" || event === "redirect" || event === "switch_action";
}
