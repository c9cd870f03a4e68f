/** The orders, each a line of a file, so that a test can count those of all threads. */

const path = `${Deno.env.get("DATA") ?? `${import.meta.dirname}/data`}/orders.txt`;

/** Saves an order. */
export async function addOrder(item: string): Promise<void> {
  await Deno.writeTextFile(path, `${item}\n`, { append: true });
}
