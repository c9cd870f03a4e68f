import { action, Form, type PageProps, redirect, toast } from "@hyper/actions";

const projects = new Map([["1", "Garden"], ["2", "Kitchen"]]);

export const remove = action("delete_project", ({ data }) => {
  const name = projects.get(String(data.id));
  projects.delete(String(data.id));
  return [toast(name === undefined ? "It was deleted before" : `${name} was deleted`), redirect("?")];
});

export default function Projects({ url }: PageProps) {
  const id = url.searchParams.get("delete") ?? "";
  const name = projects.get(id);
  return (
    <div hyper-nav>
      <h1>Projects</h1>
      {name !== undefined && (
        <Form action={remove} aria-label={`Delete ${name}?`}>
          <p>{`Delete ${name}, with all its files?`}</p>
          <input type="hidden" name="id" value={id} />
          <button>Delete</button> <a href="?">Keep it</a>
        </Form>
      )}
      <ul>
        {[...projects].map(([id, name]) => (
          <li key={id}>
            {name} <a href={`?delete=${id}`} aria-label={`Delete ${name}`}>Delete…</a>
          </li>
        ))}
      </ul>
    </div>
  );
}
