/** The tasks. Every tab shows each change. */
import { action, changed, defineForm, Field, field, Form, html, region } from "@hyper/actions";
import { z } from "zod";
import * as database from "../../../database.ts";
import { type Column, COLUMNS, type Task } from "../../../database.ts";
import { member, membersOnly } from "../../../session.ts";

const TITLES: Readonly<Record<Column, string>> = { todo: "To do", doing: "Doing", done: "Done" };

const TaskForm = defineForm("task", {
  fields: { title: field.text({ label: "New task", required: true, maxlength: 80 }) },
});

const id = z.coerce.number().int();

/** The topic of the board. */
const TASKS = "tasks";

export const addTask = action(
  "add_task",
  { form: TaskForm, guard: membersOnly, inject: { person: member } },
  ({ form, person }) => {
    database.addTask(form.values.title, person.name);
    return [
      changed(TASKS),
      html(<AddTask />, { target: "#add-task", swap: "outer", focus: "#add-task input[name=title]" }),
    ];
  },
);

export const moveTask = action(
  "move_task",
  { input: z.object({ id, to: z.enum(COLUMNS) }), guard: membersOnly },
  ({ data }) => {
    database.moveTask(data.id, data.to);
    const task = database.findTask(data.id);
    if (task === null) return changed(TASKS);
    // The button is gone: the focus moves with the card, so that keyboard users do not start at the top again.
    const target = `#task-${data.id}`;
    return [changed(TASKS), html(<Card task={task} />, { target, swap: "morph", focus: target })];
  },
);

export const deleteTask = action(
  "delete_task",
  { input: z.object({ id }), guard: membersOnly },
  ({ data }) => {
    database.deleteTask(data.id);
    return changed(TASKS);
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
export const Board = region("board", { depends: TASKS }, () => {
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
});

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
