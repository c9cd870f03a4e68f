/** The buttons of a confirmation, in English: apart from the other texts of the runtime, because few pages need them. */

/** The labels. */
export const CONFIRM_TEXTS = { confirm: "Continue", cancel: "Cancel" } as const;
