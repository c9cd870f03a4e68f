/** The tasks. Each belongs to one account, and each function names it. */
import { database } from "./database.ts";

export interface Task {
  readonly id: number;
  readonly title: string;
  readonly done: boolean;
}

/** Returns the tasks of an account, in the order of their creation. */
export function listTasks(owner: string): Task[] {
  return database
    .prepare("SELECT id, title, done FROM tasks WHERE owner = ? ORDER BY id")
    .all(owner)
    .map(({ id, title, done }) => ({
      id: Number(id),
      title: String(title),
      done: done === 1,
    }));
}

export function addTask(owner: string, title: string): void {
  database.prepare("INSERT INTO tasks (owner, title) VALUES (?, ?)")
    .run(owner, title);
}

export function setDone(owner: string, id: number, done: boolean): void {
  database.prepare("UPDATE tasks SET done = ? WHERE id = ? AND owner = ?")
    .run(Number(done), id, owner);
}

export function deleteTask(owner: string, id: number): void {
  database.prepare("DELETE FROM tasks WHERE id = ? AND owner = ?")
    .run(id, owner);
}
