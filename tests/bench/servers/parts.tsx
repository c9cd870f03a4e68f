/**
 * The components that every contender renders with the same data, so that only the code around them differs.
 */
import type { ComponentChildren, VNode } from "preact";

/** A row of the table. */
export interface Item {
  readonly id: number;
  readonly name: string;
  readonly price: number;
}

export const items: readonly Item[] = Array.from(
  { length: 100 },
  (_, index) => ({ id: index, name: `Item <${index}>`, price: index * 7 % 100 }),
);

/** The signed-in user, in the context of the layouts. */
export interface User {
  readonly name: string;
}

export function ItemTable({ items }: { items: readonly Item[] }): VNode {
  return (
    <table id="items">
      <tbody>
        {items.map(({ id, name, price }) => (
          <tr key={id} id={`item-${id}`} class="item">
            <td>{id}</td>
            <td class="name">
              <a href={`/items/${id}`}>{name}</a>
            </td>
            <td>{price}</td>
            <td>
              <button type="button">Delete</button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function TodoItem({ id, title }: { id: number; title: string }): VNode {
  return (
    <li id={`todo-${id}`} class="todo">
      <span>{title}</span> <button type="button">Done</button>
    </li>
  );
}

export function Shell({ head, children }: { head?: ComponentChildren; children?: ComponentChildren }): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Bench</title>
        {head}
      </head>
      <body>{children}</body>
    </html>
  );
}

export function TeamFrame({ user, children }: { user: User; children?: ComponentChildren }): VNode {
  return (
    <div class="team">
      <nav>
        <a href="/team">Team</a> <a href="/team/board">Board</a> <span>{user.name}</span>
      </nav>
      {children}
    </div>
  );
}

export function BoardFrame({ count, children }: { count: number; children?: ComponentChildren }): VNode {
  return (
    <section>
      <h1>Board of {count}</h1>
      {children}
    </section>
  );
}
