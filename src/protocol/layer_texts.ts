/** The texts of layers, in English: apart from the other texts of the runtime, because few pages need them. */

/** The label of the button that closes a layer, and the text of a layer whose page is being loaded. */
export const LAYER_TEXTS = { closeLayer: "Close", loadingLayer: "Loading…" } as const;
