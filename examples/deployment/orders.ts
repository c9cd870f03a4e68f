/** The orders: one line of a file each, so that a test can count them whichever thread has written. */

const path = `${Deno.env.get("DATA") ?? `${import.meta.dirname}/data`}/orders.txt`;

/** Writes an order down. */
export async function addOrder(item: string): Promise<void> {
  await Deno.writeTextFile(path, `${item}\n`, { append: true });
}
