// Pairs the elements of a page with those of a new version of it, for a patch that selects the same elements in both.

/**
 * Finds the element of the new version for one of the page: the one with its id, else the one at its position, unless that
 * is another element of the page.
 *
 * @param ids The ids of the selected elements of the new version, in order. Empty for an element without one.
 * @param id The id of the element.
 * @param position The position of the element among the selected ones.
 * @param isOnPage Returns whether the page has an element with an id.
 * @returns Its position. `-1` if the new version does not have the element.
 */
export function counterpartOf(
  ids: readonly string[],
  id: string,
  position: number,
  isOnPage: (id: string) => boolean,
): number {
  const own = id ? ids.indexOf(id) : -1;
  if (own >= 0) return own;
  const other = ids[position];
  return other === undefined || other && isOnPage(other) ? -1 : position;
}
