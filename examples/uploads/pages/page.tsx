import {
  action,
  type ContextFunctions,
  defineForm,
  Field,
  field,
  Form,
  FormErrors,
  html,
  type PageProps,
  remove,
  StoredFile,
  toast,
} from "@hyper/actions";
import { z } from "zod";
import { library, type Upload } from "../library.ts";

/** Maximum size of a file, in bytes. */
const MAX_BYTES = 64 * 1024 * 1024;

const FilesForm = defineForm("upload", {
  fields: {
    files: field.file({
      label: "Files to add",
      help: "Up to 10 images, PDF, text or zip files, each up to 64 MB",
      required: true,
      multiple: true,
      accept: "image/png,image/jpeg,image/gif,image/webp,application/pdf,application/zip,.txt",
      maxBytes: MAX_BYTES,
      maxFiles: 10,
      messages: {
        required: "Choose a file",
        accept: "Choose images, PDF, text or zip files",
        maxBytes: "Choose files of 64 MB or less",
        maxFiles: "Choose at most 10 files",
      },
    }),
  },
});

// A demonstration: all users may add and delete. An application sets a guard in createHandler() instead of `skipHandlerGuard`.
export const uploadFiles = action(
  "upload_files",
  {
    form: FilesForm,
    skipHandlerGuard: true,
    inject: { uploads: library },
    // Each file is written to disk while it arrives, so memory does not grow with its size.
    onFile: async ({ stream }, { deps }) => (await deps.get(library)).take(stream),
    limits: {
      // Above `maxBytes` of the field, so that a slightly larger file produces a field error. Far above it, reading stops.
      fileBytes: 2 * MAX_BYTES,
      // Slow connections need time; `bytesPerSecond` still ends one that sends almost nothing.
      bodySeconds: 60 * 60,
    },
  },
  ({ form, uploads }) => {
    const sent = form.values.files.filter((file) => file instanceof StoredFile);
    for (const file of sent) uploads.add(file);
    return [
      html(<FileList files={uploads.list()} />, { target: "#files", swap: "morph" }),
      // Replaces the form, so that the sent files are no longer selected.
      html(<UploadForm />, { target: "#upload", focus: "#upload input[type=file]" }),
      toast(sent.length === 1 ? "1 file uploaded" : `${sent.length} files uploaded`),
    ];
  },
);

export const deleteFile = action(
  "delete_file",
  { input: z.object({ id: z.uuid() }), skipHandlerGuard: true, inject: { uploads: library } },
  async ({ data: { id }, uploads }) => {
    await uploads.delete(id);
    return [remove(`#file-${id}`), toast("File deleted")];
  },
);

export const context = { files: async ({ deps }) => (await deps.get(library)).list() } satisfies ContextFunctions;

/** The upload form and all files. */
export default function Uploads({ context: { files } }: PageProps<string, typeof context>) {
  return (
    <>
      <h1>Uploads</h1>
      <section class="add" aria-label="Add files">
        <UploadForm />
        <Sending />
      </section>
      <FileList files={files} />
    </>
  );
}

function UploadForm() {
  return (
    <Form action={uploadFiles} id="upload" data-max-bytes={MAX_BYTES}>
      <FormErrors />
      <Field name="files" />
      {/* The chosen files, with previews of images: filled in by the script before the upload. */}
      <ul class="chosen" aria-label="Chosen files" hidden />
      <button type="submit" hyper-loading-disable>Upload</button>
    </Form>
  );
}

/** The progress of the upload. It is outside the form, which is replaced after the upload. */
function Sending() {
  return (
    <>
      <div class="sending" hyper-loading-action="upload_files" hidden>
        <label for="sent">Sent</label>
        <progress id="sent" max={1} value={0} />
        <button type="button" data-cancel>Cancel</button>
      </div>
      <p id="state" role="status" />
    </>
  );
}

function FileList({ files }: { readonly files: readonly Upload[] }) {
  return (
    <section id="files" aria-labelledby="files-title">
      <h2 id="files-title">Files</h2>
      <ul data-empty="No files yet">{files.map((file) => <File key={file.id} file={file} />)}</ul>
    </section>
  );
}

function File({ file: { id, name, type, size } }: { readonly file: Upload }) {
  return (
    <li id={`file-${id}`}>
      {type.startsWith("image/")
        ? <img src={`/files/${id}`} alt="" width={64} height={64} loading="lazy" />
        : <span class="no-picture" aria-hidden="true">{name.split(".").at(-1)?.slice(0, 4)}</span>}
      <a href={`/files/${id}`}>{name}</a>
      <span class="size">{sizeOf(size)}</span>
      <Form action={deleteFile} instance={id}>
        <input type="hidden" name="id" value={id} />
        <button class="danger" aria-label={`Delete ${name}`} hyper-confirm={`Delete ${name}?`}>Delete</button>
      </Form>
    </li>
  );
}

/** Formats a size. */
function sizeOf(bytes: number): string {
  const units = ["bytes", "kB", "MB"];
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${(bytes / 1000 ** step).toLocaleString("en", { maximumFractionDigits: 1 })} ${units[step]}`;
}
