import { action, changed, defineForm, field, Form, html, region, toast } from "@hyper/actions";
import { currentTicket } from "../../../session.ts";
import { inLanguages, settings, texts } from "../../../settings.ts";
import type { Texts } from "../../../texts.ts";
import { tickets } from "../../../tickets.ts";

const FileForm = inLanguages((t) =>
  defineForm("file", {
    fields: {
      file: field.file({
        label: t.file,
        help: t.fileHelp,
        accept: "image/png,image/jpeg,image/webp,application/pdf,.txt",
        maxBytes: 2_000_000,
        required: true,
      }),
    },
  })
);

export const attachFile = action(
  "attach_file",
  { form: FileForm, inject: { tickets, ticket: currentTicket, texts } },
  async ({ form: { values: { file } }, ticket: { id }, tickets, texts }) => {
    tickets.attach(id, file, await file.bytes());
    // A new form, in which no file is selected.
    const form = html(<AttachForm t={texts} />, { target: "#attach", focus: "#attach input[type=file]" });
    return [changed(`files:${id}`), form, toast(texts.attached)];
  },
);

/** The attachments. */
export const FileList = region(
  "files",
  {
    depends: ({ params }) => `files:${params.id}`,
    inject: { tickets, ticket: currentTicket, settings },
  },
  ({ tickets, ticket: { id }, settings: { language } }) => {
    const size = new Intl.NumberFormat(language, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
    return (
      <ul id="files">
        {tickets.files(id).map((file) => (
          <li key={file.id}>
            <a href={`/files/${file.id}`} download>{file.name}</a> {size.format(Math.ceil(file.size / 1000))}
          </li>
        ))}
      </ul>
    );
  },
);

/** The attachments and the form for another one. */
export function Files({ t }: { readonly t: Texts }) {
  return (
    <section aria-label={t.files}>
      <h2>{t.files}</h2>
      <FileList />
      <AttachForm t={t} />
    </section>
  );
}

function AttachForm({ t }: { readonly t: Texts }) {
  return <Form id="attach" action={attachFile} submit={t.attach} />;
}
