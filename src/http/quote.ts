// Texts of a client inside a message.

/** Quotes a string as one line of bounded length. */
export function quoteText(text: string, maxLength = 200): string {
  return JSON.stringify(text.slice(0, maxLength));
}
