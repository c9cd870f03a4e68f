import { Form, type PageProps } from "@hyper/actions";
import { lastBackup } from "../database.ts";
import { AddNote, BackupState, makeBackup, NoteList } from "./_components/notes/component.tsx";

/** All notes, or the results of a search. */
export default function Notes({ url }: PageProps) {
  const search = url.searchParams.get("q") ?? "";
  return (
    <>
      <h1>Notes</h1>
      <AddNote />

      <search>
        <form class="search" method="get" action="/" hyper-nav hyper-on="input">
          <label for="q">Search</label>
          <input id="q" name="q" type="search" value={search} autocomplete="off" />
          <button type="submit">Search</button>
        </form>
      </search>

      <NoteList />

      <section class="backup" aria-labelledby="backup-title">
        <h2 id="backup-title">Backup</h2>
        <BackupState backup={lastBackup()} />
        <Form action={makeBackup}>
          <button type="submit">Back up all notes</button>
        </Form>
      </section>
    </>
  );
}
