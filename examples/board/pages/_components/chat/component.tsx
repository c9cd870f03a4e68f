/** The chat: messages, and text while it is being typed. */
import { action, changed, defineForm, Field, field, Form, html, region, remove, SubmitButton } from "@hyper/actions";
import { z } from "zod";
import * as database from "../../../database.ts";
import type { Message, Person } from "../../../database.ts";
import { member, membersOnly, ROOM } from "../../../session.ts";

const SayForm = defineForm("say", {
  fields: { text: field.text({ label: "Message", required: true, maxlength: 200 }) },
});

/** The topic of the messages. */
const MESSAGES = "messages";

export const say = action(
  "say",
  { form: SayForm, guard: membersOnly, inject: { person: member } },
  async ({ form, person, publish }) => {
    database.addMessage(person.name, form.values.text);
    await publish(ROOM, remove(`#${typingId(person)}`));
    return [changed(MESSAGES), html(<Say />, { target: "#say", swap: "outer", focus: "#say input[name=text]" })];
  },
);

// Not stored: a user who opens the room later sees only the finished messages.
export const type = action(
  "type",
  { input: z.object({ text: z.string().max(200) }), guard: membersOnly, inject: { person: member } },
  async ({ data: { text }, person, publish }) => {
    await publish(
      ROOM,
      text === ""
        ? remove(`#${typingId(person)}`)
        : html(<Typing person={person} text={text} />, { target: "#typing", swap: "append" }),
    );
  },
);

/** The messages: the same for all members, so that each instance renders them once after a change. */
export const Messages = region(
  "messages",
  { depends: MESSAGES, shared: true },
  () => (
    <ol id="messages" aria-live="polite" aria-label="Messages">
      {database.listMessages().map((message) => <Line key={message.id} message={message} />)}
    </ol>
  ),
);

/** The chat. */
export function Chat() {
  return (
    <section class="chat" aria-labelledby="chat-title">
      <h2 id="chat-title">Chat</h2>
      {/* The style keeps it at its end: the latest message. */}
      <div class="log">
        <Messages />
      </div>
      <ul id="typing" class="typing" aria-label="Typing" />
      <Say />
    </section>
  );
}

function Say() {
  return (
    <div id="say">
      <Form action={say} class="row">
        <Field name="text" autocomplete="off" />
        <button>Send</button>
        {/* Pressed by the runtime while the user types: one call at a time, and always the latest text. */}
        <SubmitButton action={type} hidden formnovalidate hyper-on="input">Show what I type</SubmitButton>
      </Form>
    </div>
  );
}

function Line({ message }: { readonly message: Message }) {
  return (
    <li id={`message-${message.id}`}>
      <b>{message.name}</b> {message.text}
    </li>
  );
}

function Typing({ person, text }: { readonly person: Person; readonly text: string }) {
  return (
    <li id={typingId(person)}>
      <b>{person.name}</b> {text}
    </li>
  );
}

function typingId(person: Person): string {
  return `typing-${person.id}`;
}
