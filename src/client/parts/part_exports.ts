/**
 * The exports of the parts that the runtime calls. A part that works by itself is not here.
 *
 * @module
 */
import type { askToSignIn } from "../call/ask_to_sign_in.ts";
import type { syncAcceptedForm } from "../page/accepted_form.ts";
import type { clearErrors } from "../page/clear_errors.ts";
import type { PageCache } from "../navigate/page_cache.ts";
import type { Pages } from "../navigate/pages.ts";
import type { addHook } from "../page/hooks.ts";
import type { loadScript } from "../page/script.ts";
import type { parseContent, parsePage, trustedPolicy } from "../page/markup.ts";
import type { refreshAround, showAround } from "../page/sent_page.ts";
import type { morphElement } from "../page/morph.ts";
import type { focusNear, tryFocus } from "../page/focus_near.ts";
import type { Layer } from "../page/layers.ts";
import type { findTargets } from "../page/targets.ts";
import type { Effect } from "../page/effect.ts";
import type { Swap } from "../../protocol/patch.ts";
import type { ActiveCall } from "../call/call.ts";
import type { loadPageTexts } from "../page/page_texts.ts";
import type { patchSignals } from "../page/signals.ts";
import type { View } from "../dom.ts";
import type { ErrorOutcome } from "../call/outcome.ts";
import type { onUserChange } from "../page/user_change.ts";
import type { StreamBlock } from "../../protocol/event_stream.ts";
import type { destinationOf } from "../../protocol/switch.ts";
import type { Wire } from "../../protocol/wire.ts";
import type { Unsaved } from "../navigate/unsaved.ts";
import type { upload } from "../call/upload.ts";

/** The exports by the name of the part. */
export interface PartExports {
  /** Patches of the page. */
  readonly patch: {
    changePage(source: Element | null, change: () => void): Promise<void>;
    endStreams(): void;
    readonly findTargets: typeof findTargets;
    readonly focusNear: typeof focusNear;
    insertContent(element: Element, swap: Swap, fragment: DocumentFragment): Element[];
    swapOf(value: unknown): Swap | undefined;
    readonly patchHtml: Effect;
    readonly morphElement: typeof morphElement;
    readonly parseContent: typeof parseContent;
    readonly parsePage: typeof parsePage;
    readonly refreshAround: typeof refreshAround;
    readonly showAround: typeof showAround;
    readonly syncAcceptedForm: typeof syncAcceptedForm;
    readonly trustedPolicy: typeof trustedPolicy;
    readonly tryFocus: typeof tryFocus;
  };
  /** Errors on forms, toasts, and the texts of the page. */
  readonly feedback: {
    announceHidden(text: string): void;
    readonly clearErrors: typeof clearErrors;
    describeWith(controls: readonly Element[], description: Element): readonly View<Element>[];
    readonly loadPageTexts: typeof loadPageTexts;
    replaceMessages(controls: readonly HTMLInputElement[], messages: readonly string[]): boolean;
    showInvalid(sent: ActiveCall, input: ErrorOutcome): string | undefined;
    showToast(data: Wire): void;
  };
  /** Pages in this document, and the history. */
  readonly navigation: { createPages(start: string, ended: AbortSignal): Pages };
  /** The pages that the user has left. */
  readonly page_cache: { readonly pageCache: PageCache };
  /** Uploads, Alpine, unsaved forms, scripts, changes of edited controls, and calls that switch to another action. */
  readonly extras: {
    readonly destinationOf: typeof destinationOf;
    readonly loadScript: typeof loadScript;
    readonly patchSignals: typeof patchSignals;
    showChange(control: Element, value: string): Promise<void>;
    readonly upload: typeof upload;
    watchUnsaved(signal: AbortSignal): Unsaved;
  };
  /** Users who sign in and out. */
  readonly session: { readonly askToSignIn: typeof askToSignIn; readonly onUserChange: typeof onUserChange };
  /** Layers over the page. */
  readonly layers: {
    applyToLayer(event: string, data: Wire, layer: Layer | undefined, activeCall: ActiveCall): Promise<void>;
    followInLayer(layer: Layer, url: string): Promise<boolean>;
    openLayer(url: string, opener: Element): Promise<boolean>;
  };
  /** Hooks of elements. */
  readonly hooks: { readonly addHook: typeof addHook };
  /** Requests without a script. */
  readonly triggers: {
    confirmSubmit(
      question: string,
      form: HTMLFormElement,
      submitter: HTMLElement | null,
      event: string | null,
    ): Promise<void>;
  };
  /** Predictions of calls, and undo. */
  readonly optimistic: {
    addUndo(close: Element, form: string): Promise<void>;
    predict(activeCall: ActiveCall, isOver: () => boolean): Promise<void>;
  };
  /** Late parts of pages. */
  readonly late: {
    insertParts(templates: AsyncIterable<string>, prefix: string, parse: typeof parseContent): Promise<void>;
  };
  /** Live topics. */
  readonly live: {
    readTopic(first: StreamBlock, activeCall: ActiveCall): AsyncGenerator<StreamBlock, void>;
    renewRegions(regions: readonly Element[]): void;
  };
}
