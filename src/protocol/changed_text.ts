// The text about a change of a control that the user is editing, in English: apart from the other texts of the runtime,
// because few pages need it.

/** The text. The value of the server follows. */
export const CHANGED_TEXT = "Changed in the meantime to:";
