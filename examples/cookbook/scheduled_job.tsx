import { action, changed, defineForm, field, Form, type Handler, refresh, region } from "@hyper/actions";

const tasks: { readonly title: string; readonly due: Date; isLate: boolean }[] = [];

const TaskForm = defineForm("task", {
  fields: {
    title: field.text({ label: "Task", required: true, maxlength: 80 }),
    due: field.date({ label: "Due", required: true }),
  },
});

export const addTask = action("add_task", { form: TaskForm }, ({ form }) => {
  const { title, due } = form.values;
  tasks.push({ title, due: new Date(due), isLate: false });
  return [changed("tasks"), refresh("form")];
});

/** The job: marks the tasks that are late, and renews every open page that shows them. */
export async function markLate(handler: Pick<Handler, "changed">, now = new Date()): Promise<number> {
  const late = tasks.filter(({ due, isLate }) => !isLate && due < now);
  for (const task of late) task.isLate = true;
  if (late.length > 0) await handler.changed("tasks");
  return late.length;
}

export const Tasks = region("tasks", { depends: "tasks" }, () => (
  <ul>
    {tasks.map(({ title, isLate }) => (
      <li key={title}>
        {title} {isLate && <strong>Late</strong>}
      </li>
    ))}
  </ul>
));

export default function Page() {
  return (
    <>
      <h1>Tasks</h1>
      <Tasks />
      <Form action={addTask} submit="Add" />
    </>
  );
}
