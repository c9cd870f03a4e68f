import { action, defineForm, Field, field, Form, FormErrors, html, StoredFile, toast } from "@hyper/actions";

const FilesForm = defineForm("files", {
  fields: {
    files: field.file({
      label: "Files",
      help: "Up to five files of at most 20 MB each. They are not stored.",
      multiple: true,
      maxFiles: 5,
      maxBytes: 20_000_000,
      required: true,
    }),
  },
});

export const measureFiles = action("measure_files", {
  form: FilesForm,
  limits: { files: 5, fileBytes: 20_000_000 },
  // Reads the file while it arrives. An application writes the stream to a disk or a bucket.
  onFile: async ({ stream }) => {
    for await (const _chunk of stream) { /* the library counts the bytes and computes the digest */ }
    return crypto.randomUUID();
  },
}, ({ form }) => {
  const files = form.values.files.filter((file) => file instanceof StoredFile);
  const rows = files.map(({ key, name, size, sha256 }) => (
    <li key={key}>{`${name}: ${size.toLocaleString("en")} bytes, SHA-256 ${sha256.slice(0, 12)}…`}</li>
  ));
  return [html(rows, { target: "#measured", swap: "inner" }), toast(`${files.length} measured`)];
});

export function Demo() {
  return (
    <>
      <Form action={measureFiles} hyper-key="upload">
        <FormErrors title="The files were not measured" />
        <Field name="files" />
        <div class="buttons">
          <button hyper-loading-disable="upload">Measure</button>
          <button type="button" class="quiet" data-cancel hyper-loading="upload" hidden>Cancel</button>
        </div>
        <progress data-progress aria-label="Sent" max={1} value={0} hidden />
      </Form>
      <ul id="measured" />
    </>
  );
}
