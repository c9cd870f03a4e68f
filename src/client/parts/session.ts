/**
 * The part for users who sign in and out. Loaded when a page that was rendered for a user, or that has regions, is idle, or when a call
 * requires a sign-in.
 *
 * @module
 */
export { askToSignIn } from "../call/ask_to_sign_in.ts";
export { onUserChange, watchUser as start } from "../page/user_change.ts";
