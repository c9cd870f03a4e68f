import { action, changed, defineForm, field, Form, refresh, region } from "@hyper/actions";

const books: { readonly id: number; readonly title: string }[] = [];

const BookForm = defineForm("book", {
  fields: { title: field.text({ label: "Title", required: true, maxlength: 100 }) },
});

/** For the form of the page, and for a program: both get the same checks. */
export const addBook = action("add_book", { form: BookForm }, ({ form, request }) => {
  const book = { id: books.length + 1, title: form.values.title };
  books.push(book);
  const isProgram = request.headers.get("accept")?.startsWith("application/json");
  return isProgram ? book : [changed("books"), refresh("form")];
});

export const listBooks = action("list_books", { method: "GET" }, () => ({ books }));

export const Books = region(
  "books",
  { depends: "books" },
  () => <ul>{books.map(({ id, title }) => <li key={id}>{title}</li>)}</ul>,
);

export default function Library() {
  return (
    <>
      <h1>Library</h1>
      <Books />
      <Form action={addBook} submit="Add" />
    </>
  );
}
