// The question before a form with unsaved changes is left, in English: apart from the other texts of the runtime, because it is
// needed later than they are.

/** The question. */
export const CONFIRM_LEAVE = "Leave without saving?";
