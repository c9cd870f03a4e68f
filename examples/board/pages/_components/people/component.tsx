/** The members in the room: the form to enter, the list, and the stream that updates it. */
import { action, defineForm, Field, field, Form, live, refresh } from "@hyper/actions";
import * as database from "../../../database.ts";
import { enter as letIn, member, membersOnly, ROOM } from "../../../session.ts";

const NameForm = defineForm("name", {
  fields: { name: field.text({ label: "Your name", required: true, maxlength: 40 }) },
});

export const enter = action(
  "enter",
  { form: NameForm, skipHandlerGuard: true },
  ({ form, url }) => letIn(form.values.name, url),
);

// Open as long as the tab: adds it to the list, and sends the list and what others are typing. Regions show the rest. A tab whose stream
// is opened again has two seats for a moment.
export const watchRoom = action(
  "watch_room",
  { method: "GET", guard: membersOnly, inject: { person: member } },
  async function* ({ person, publish }) {
    const seat = database.takeSeat(person);
    try {
      await publish(ROOM, refresh("#people"));
      yield live(ROOM, { guard: membersOnly, refresh: "#people" });
    } finally {
      database.leaveSeat(seat);
      await publish(ROOM, refresh("#people"));
    }
  },
);

/** The form to join. */
export function Enter() {
  return (
    <div class="enter">
      <h1>Board</h1>
      <Form action={enter} class="row">
        <Field name="name" autocomplete="nickname" />
        <button>Join</button>
      </Form>
    </div>
  );
}

/** The members in the room: those with an open stream, so only those with JavaScript. */
export function People({ you }: { readonly you: string }) {
  const others = database.listPeople().filter((name) => name !== you);
  return (
    <ul id="people" class="people" aria-label="People online">
      {[you, ...others].map((name) => (
        <li key={name} title={name}>
          <span aria-hidden="true">{[...name][0]?.toUpperCase()}</span>
          {name === you ? `${name} (you)` : name}
        </li>
      ))}
    </ul>
  );
}
