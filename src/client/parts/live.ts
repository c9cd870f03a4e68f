/**
 * The part that reads live topics. Loaded with the first topic.
 *
 * @module
 */
export { readTopic } from "../live/live.ts";
