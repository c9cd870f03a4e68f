// The database, as a list of migrations, and what a new practice begins with.
import { dependency } from "@hyper/actions";
import { hashPassword } from "@hyper/actions/session";
import { DatabaseSync } from "node:sqlite";

/** The database of the application. `createApp()` opens it. */
export const database = dependency<DatabaseSync>("database");

/** Each entry runs once. To change a table, add an entry. */
const MIGRATIONS = [
  `CREATE TABLE accounts (
    name TEXT PRIMARY KEY COLLATE NOCASE,
    password TEXT NOT NULL,
    role TEXT NOT NULL DEFAULT 'customer'
  ) STRICT;
  CREATE TABLE services (id TEXT PRIMARY KEY, en TEXT NOT NULL, de TEXT NOT NULL, durations TEXT NOT NULL) STRICT;
  CREATE TABLE offers (
    person TEXT NOT NULL REFERENCES accounts (name),
    service TEXT NOT NULL REFERENCES services (id)
  ) STRICT;
  CREATE TABLE hours (
    id INTEGER PRIMARY KEY,
    person TEXT NOT NULL REFERENCES accounts (name),
    weekday INTEGER NOT NULL,
    opens TEXT NOT NULL,
    closes TEXT NOT NULL
  ) STRICT;
  CREATE TABLE bookings (
    id INTEGER PRIMARY KEY,
    customer TEXT NOT NULL REFERENCES accounts (name),
    person TEXT NOT NULL REFERENCES accounts (name),
    service TEXT NOT NULL REFERENCES services (id),
    starts TEXT NOT NULL,
    ends TEXT NOT NULL,
    note TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'booked'
  ) STRICT;
  CREATE INDEX bookings_time ON bookings (starts);`,
  `CREATE TABLE waiting (
    customer TEXT NOT NULL REFERENCES accounts (name),
    service TEXT NOT NULL REFERENCES services (id),
    day TEXT NOT NULL,
    PRIMARY KEY (customer, service, day)
  ) STRICT;`,
  `ALTER TABLE bookings ADD COLUMN reminded INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE accounts ADD COLUMN token TEXT;
  CREATE UNIQUE INDEX accounts_token ON accounts (token);
  CREATE TABLE profiles (
    customer TEXT PRIMARY KEY REFERENCES accounts (name),
    phone TEXT NOT NULL DEFAULT '',
    about TEXT NOT NULL DEFAULT '',
    draft TEXT,
    picture BLOB,
    type TEXT
  ) STRICT;`,
];

/** Opens the database, and creates what is missing. */
export async function openDatabase(path: string): Promise<DatabaseSync> {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA busy_timeout = 2000; PRAGMA foreign_keys = ON");
  transaction(db, () => migrate(db));
  if (db.prepare("SELECT 1 FROM services").get() === undefined) await seed(db);
  return db;
}

function migrate(db: DatabaseSync): void {
  const row = db.prepare("PRAGMA user_version").get();
  for (const migration of MIGRATIONS.slice(Number(row?.user_version))) db.exec(migration);
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
}

/** Runs a function in a transaction. No other process writes until it has returned; if it throws, nothing is written. */
export function transaction<Result>(db: DatabaseSync, run: () => Result): Result {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = run();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

/** The password of the accounts of a new practice. Change it before others can reach the site. */
export const FIRST_PASSWORD = "correct horse";

const SERVICES: readonly (readonly [id: string, en: string, de: string, durations: string])[] = [
  ["massage", "Massage", "Massage", "30,60"],
  ["physio", "Physiotherapy", "Physiotherapie", "30,60"],
  ["first", "First visit", "Erstgespräch", "60,90"],
];

const OFFERS: Readonly<Record<string, readonly string[]>> = {
  Ada: ["massage", "physio", "first"],
  Ben: ["massage", "first"],
};

/** Writes the services, two people and their hours. */
async function seed(db: DatabaseSync): Promise<void> {
  const password = await hashPassword(FIRST_PASSWORD);
  transaction(db, () => {
    for (const service of SERVICES) db.prepare("INSERT INTO services VALUES (?, ?, ?, ?)").run(...service);
    for (const [person, services] of Object.entries(OFFERS)) {
      db.prepare("INSERT INTO accounts (name, password, role) VALUES (?, ?, 'staff')").run(person, password);
      for (const service of services) db.prepare("INSERT INTO offers VALUES (?, ?)").run(person, service);
      for (const weekday of [1, 2, 3, 4, 5]) {
        db.prepare("INSERT INTO hours (person, weekday, opens, closes) VALUES (?, ?, '09:00', '12:00')")
          .run(person, weekday);
      }
    }
  });
}
