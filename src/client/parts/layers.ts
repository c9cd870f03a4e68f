/** The part with layers over the page. Loaded when a page with `hyper-layer` is idle, or with the first layer. */
export { applyToLayer, followInLayer, openLayer, start } from "../layer/open_layer.ts";
