import { action, changed, defineForm, field, Form, refresh, region } from "@hyper/actions";
import { desc, eq } from "drizzle-orm";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { drizzle } from "drizzle-orm/sqlite-proxy";
import { DatabaseSync } from "node:sqlite";

const books = sqliteTable("books", {
  id: integer().primaryKey(),
  title: text().notNull(),
  isRead: integer("is_read", { mode: "boolean" }).notNull().default(false),
});

// Drizzle reads rows as arrays. The types of Deno do not have the option yet.
const options = { open: true, returnArrays: true };
// In memory: use the path of a file, such as "data/books.db".
const file = new DatabaseSync(":memory:", options);
file.exec("CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL, is_read INTEGER NOT NULL DEFAULT 0)");
const database = drizzle((sql, values, method) => {
  const rows = file.prepare(sql).all(...values);
  return Promise.resolve({ rows: method === "get" ? [rows[0]].flat() : rows });
});

const BookForm = defineForm("book", {
  fields: { title: field.text({ label: "Title", required: true, maxlength: 100 }) },
});

export const addBook = action("add_book", { form: BookForm }, async ({ form }) => {
  await database.insert(books).values(form.values);
  return [changed("books"), refresh("form")];
});

export const readBook = action("read_book", async ({ data }) => {
  await database.update(books).set({ isRead: true }).where(eq(books.id, Number(data.id)));
  return changed("books");
});

export const Books = region("books", { depends: "books" }, async () => (
  <ul>
    {(await database.select().from(books).orderBy(desc(books.id))).map(({ id, title, isRead }) => (
      <li key={id}>
        <span>{title}</span> {isRead ? "(read)" : (
          <Form action={readBook} instance={id}>
            <button name="id" value={id} aria-label={`Mark “${title}” as read`}>Read</button>
          </Form>
        )}
      </li>
    ))}
  </ul>
));

export default function Library() {
  return (
    <>
      <h1>Library</h1>
      <Books />
      <Form action={addBook} submit="Add" />
    </>
  );
}
