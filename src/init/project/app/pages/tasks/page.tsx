import {
  action,
  changed,
  defineForm,
  dependency,
  Field,
  field,
  Form,
  refresh,
  region,
} from "@hyper/actions";
import { member, members } from "../../session.ts";
import {
  addTask,
  deleteTask,
  listTasks,
  setDone,
  type Task,
} from "../../tasks.ts";

const TaskForm = defineForm("task", {
  fields: {
    title: field.text({ label: "New task", required: true, maxlength: 200 }),
  },
});

/** A change of this topic renders the list again, in each tab of the user. */
const topic = dependency(
  "topic",
  async ({ deps }) => `tasks:${await deps.get(member)}`,
);

const inject = { member, topic };

export const add = action(
  "add_task",
  { form: TaskForm, inject },
  ({ form, member, topic }) => {
    addTask(member, form.values.title);
    // `refresh("form")` renders an empty form.
    return [changed(topic), refresh("form")];
  },
);

// The ID can be any value, so each query names the owner too.
export const mark = action(
  "mark_task",
  { inject },
  ({ data, member, topic }) => {
    setDone(member, Number(data.id), data.done === "yes");
    return changed(topic);
  },
);

export const remove = action(
  "delete_task",
  { inject },
  ({ data, member, topic }) => {
    deleteTask(member, Number(data.id));
    return changed(topic);
  },
);

export const List = region(
  "tasks",
  {
    depends: ({ deps }) => deps.get(topic),
    guard: members,
    inject: { member },
  },
  ({ member }) => {
    const tasks = listTasks(member);
    if (tasks.length === 0) return <p>You have no tasks.</p>;
    return (
      <ul class="tasks">
        {tasks.map((task) => <Row key={task.id} {...task} />)}
      </ul>
    );
  },
);

/** Admits signed-in users only. */
export const render = members;

export const head = <title>Your tasks</title>;

export default function Tasks() {
  return (
    <>
      <h1>Your tasks</h1>
      <List />
      <Form action={add}>
        <Field name="title" />
        <button type="submit">Add</button>
      </Form>
    </>
  );
}

function Row({ id, title, done }: Task) {
  return (
    <li>
      {done ? <s>{title}</s> : <span>{title}</span>}
      <Form action={mark} instance={id}>
        <input type="hidden" name="id" value={id} />
        <button
          type="submit"
          name="done"
          value={done ? "no" : "yes"}
          aria-label={`Mark “${title}” as ${done ? "not done" : "done"}`}
        >
          {done ? "Undo" : "Done"}
        </button>
      </Form>
      <Form action={remove} instance={id}>
        <input type="hidden" name="id" value={id} />
        <button
          type="submit"
          aria-label={`Delete “${title}”`}
          hyper-confirm={`Delete “${title}”?`}
        >
          Delete
        </button>
      </Form>
    </li>
  );
}
