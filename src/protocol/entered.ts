// Places in the markup of `<Optimistic>` that the browser fills with what the user has entered.
//
// A place is the name of a field between two characters of the private use area, which markup does not contain otherwise.

/** Returns the place for the value of a field. */
export const enteredPlace = (name: string): string => `\uE000${name}\uE001`;

/** Replaces the places in text by the values of their fields. */
export const fillEntered = (text: string, valueOf: (name: string) => string): string =>
  text.replace(/\uE000(.*?)\uE001/g, (_, name: string) => valueOf(name));
