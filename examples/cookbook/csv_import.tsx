import { action, changed, defineForm, field, Form, refresh, region, toast } from "@hyper/actions";

const contacts: string[] = [];

const ImportForm = defineForm("import", {
  fields: { file: field.file({ label: "CSV file", maxBytes: 100_000, required: true }) },
});

export const importContacts = action("import_contacts", { form: ImportForm }, async ({ form }) => {
  const lines = (await form.values.file.text()).split(/\r?\n/).filter((line) => line !== "");
  const rows = lines.map((line) => line.split(";"));
  for (const [index, row] of rows.entries()) {
    if (row.length !== 2 || !row[1]?.includes("@")) {
      form.addError("file", `Line ${index + 1}: use a name, a semicolon and an email address`);
    }
  }
  // Nothing is imported if one line is wrong.
  if (!form.isValid) return;
  contacts.push(...rows.map(([name, email]) => `${name} <${email}>`));
  return [changed("contacts"), refresh("form"), toast(`${rows.length} contacts imported`)];
});

export const Contacts = region(
  "contacts",
  { depends: "contacts" },
  () => <ul>{contacts.map((contact) => <li key={contact}>{contact}</li>)}</ul>,
);

export default function Page() {
  return (
    <>
      <h1>Contacts</h1>
      <Contacts />
      <Form action={importContacts} submit="Import" />
    </>
  );
}
