/** The tasks. Every tab shows each change. */
import { action, defineForm, Field, field, Form, html, refresh } from "@hyper/actions";
import { z } from "zod";
import * as database from "../../../database.ts";
import { type Column, COLUMNS, type Task } from "../../../database.ts";
import { member, membersOnly, ROOM } from "../../../session.ts";

const TITLES: Readonly<Record<Column, string>> = { todo: "To do", doing: "Doing", done: "Done" };

const TaskForm = defineForm("task", {
  fields: { title: field.text({ label: "New task", required: true, maxlength: 80 }) },
});

const id = z.coerce.number().int();

// Each tab renders its own board after a change, so that all show the same board whatever the order of changes.
const BOARD = refresh("#board");

export const addTask = action(
  "add_task",
  { form: TaskForm, guard: membersOnly, inject: { person: member } },
  async ({ form, person, publish }) => {
    database.addTask(form.values.title, person.name);
    await publish(ROOM, BOARD);
    return [BOARD, html(<AddTask />, { target: "#add-task", swap: "outer", focus: "#add-task input[name=title]" })];
  },
);

export const moveTask = action(
  "move_task",
  { input: z.object({ id, to: z.enum(COLUMNS) }), guard: membersOnly },
  async ({ data, publish }) => {
    database.moveTask(data.id, data.to);
    await publish(ROOM, BOARD);
    // The button is gone: the focus moves with the card, so that keyboard users do not start at the top again.
    return html(<Board />, { target: "#board", swap: "morph", focus: `#task-${data.id}` });
  },
);

export const deleteTask = action(
  "delete_task",
  { input: z.object({ id }), guard: membersOnly },
  async ({ data, publish }) => {
    database.deleteTask(data.id);
    await publish(ROOM, BOARD);
    return html(<Board />, { target: "#board", swap: "morph", focus: "#board" });
  },
);

/** The form that adds a task. */
export function AddTask() {
  return (
    <div id="add-task">
      <Form action={addTask} class="row">
        <Field name="title" placeholder="New task" autocomplete="off" />
        <button>Add</button>
      </Form>
    </div>
  );
}

/** The board with its columns. */
export function Board() {
  const tasks = database.listTasks();
  return (
    <div id="board" class="board" tabindex={-1} role="group" aria-label="Columns">
      {COLUMNS.map((column) => (
        <section key={column} id={column} aria-labelledby={`${column}-title`}>
          <h2 id={`${column}-title`}>{TITLES[column]}</h2>
          <ul>{tasks.filter(({ place }) => place === column).map((task) => <Card key={task.id} task={task} />)}</ul>
        </section>
      ))}
    </div>
  );
}

function Card({ task }: { readonly task: Task }) {
  const at = COLUMNS.indexOf(task.place);
  return (
    <li id={`task-${task.id}`} class="card" tabindex={-1}>
      <p>{task.title}</p>
      <small>{task.author}</small>
      <div class="moves">
        <Move task={task} to={COLUMNS[at - 1]} sign="‹" />
        <Move task={task} to={COLUMNS[at + 1]} sign="›" />
        <Form action={deleteTask} instance={task.id}>
          <input type="hidden" name="id" value={task.id} />
          <button class="quiet" aria-label={`Delete ${task.title}`} hyper-confirm={`Delete “${task.title}”?`}>×</button>
        </Form>
      </div>
    </li>
  );
}

function Move({ task, to, sign }: { readonly task: Task; readonly to: Column | undefined; readonly sign: string }) {
  if (to === undefined) return null;
  return (
    <Form action={moveTask} instance={`${task.id}-${to}`}>
      <input type="hidden" name="id" value={task.id} />
      <input type="hidden" name="to" value={to} />
      <button class="quiet" aria-label={`Move ${task.title} to ${TITLES[to]}`}>{sign}</button>
    </Form>
  );
}
