// The profile of a customer, with a draft and a picture.
import type { DatabaseSync } from "node:sqlite";

export interface Profile {
  readonly phone: string;
  readonly about: string;
  readonly hasDraft: boolean;
  readonly hasPicture: boolean;
}

/** Returns the draft of a profile, else what is saved. */
export function profileOf(db: DatabaseSync, customer: string): Profile {
  const row = db.prepare("SELECT phone, about, draft, type FROM profiles WHERE customer = ?").get(customer);
  const draft = typeof row?.draft === "string" ? JSON.parse(row.draft) : null;
  const { phone = "", about = "" } = draft ?? row ?? {};
  return { phone: String(phone), about: String(about), hasDraft: draft !== null, hasPicture: row?.type != null };
}

export function saveProfile(db: DatabaseSync, customer: string, phone: string, about: string): void {
  db.prepare("UPDATE profiles SET phone = ?, about = ?, draft = NULL WHERE customer = ?")
    .run(phone, about, rowOf(db, customer));
}

export function saveDraft(db: DatabaseSync, customer: string, phone: string, about: string): void {
  const draft = JSON.stringify({ phone: phone.slice(0, 100), about: about.slice(0, 5_000) });
  db.prepare("UPDATE profiles SET draft = ? WHERE customer = ?").run(draft, rowOf(db, customer));
}

export function savePicture(db: DatabaseSync, customer: string, bytes: Uint8Array, type: string): void {
  db.prepare("UPDATE profiles SET picture = ?, type = ? WHERE customer = ?").run(bytes, type, rowOf(db, customer));
}

export function pictureOf(db: DatabaseSync, customer: string) {
  const row = db.prepare("SELECT picture, type FROM profiles WHERE customer = ?").get(customer);
  if (!(row?.picture instanceof Uint8Array)) return null;
  return { bytes: new Uint8Array(row.picture), type: String(row.type) };
}

/** Creates the row of a customer if there is none. */
function rowOf(db: DatabaseSync, customer: string): string {
  db.prepare("INSERT OR IGNORE INTO profiles (customer) VALUES (?)").run(customer);
  return customer;
}
