/** The texts of layers, in English: apart from the other texts of the runtime, because few pages need them. */

/** The label of the button that closes a layer. */
export const LAYER_TEXTS = { closeLayer: "Close" } as const;
