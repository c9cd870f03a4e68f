import type { PageContext } from "@hyper/actions";
import { currentPerson } from "../session.ts";
import { Chat } from "./_components/chat/component.tsx";
import { Enter, People } from "./_components/people/component.tsx";
import { AddTask, Board } from "./_components/tasks/component.tsx";

/** The room, or the form to join. */
export async function render({ deps }: PageContext) {
  const person = await deps.get(currentPerson);
  if (person === null) return <Enter />;
  return (
    <div id="room" hyper-action="watch_room" hyper-method="get" hyper-on="load">
      <header>
        <h1>Board</h1>
        <People you={person.name} />
      </header>
      <div class="halves">
        <section aria-label="Tasks">
          <AddTask />
          <Board />
        </section>
        <Chat />
      </div>
    </div>
  );
}
