/** The same rows that the other contenders draw. */
export const items = Array.from(
  { length: 100 },
  (_, index) => ({ id: index, name: `Item <${index}>`, price: index * 7 % 100 }),
);
