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

/** The greatest size of one file, in bytes. */
const MAX_BYTES = 64 * 1024 * 1024;

const FilesForm = defineForm("upload", {
  fields: {
    files: field.file({
      label: "Files to add",
      help: "Pictures, PDF, text or zip; up to ten at once, each up to 64 MB",
      required: true,
      multiple: true,
      accept: "image/png,image/jpeg,image/gif,image/webp,application/pdf,application/zip,.txt",
      maxBytes: MAX_BYTES,
      maxFiles: 10,
      messages: {
        required: "Choose a file",
        accept: "Only pictures, PDF, text and zip are taken",
        maxBytes: "Each file may have up to 64 MB",
        maxFiles: "Choose ten files at most",
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
      // A slow line needs its time; one that brings next to nothing is still ended, by `bytesPerSecond`.
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
      toast(sent.length === 1 ? "1 file is stored" : `${sent.length} files are stored`),
    ];
  },
);

export const deleteFile = action(
  "delete_file",
  { input: z.object({ id: z.uuid() }), skipHandlerGuard: true, inject: { uploads: library } },
  async ({ data: { id }, uploads }) => {
    await uploads.delete(id);
    return [remove(`#file-${id}`), toast("The file is deleted")];
  },
);

export const context = { files: async ({ deps }) => (await deps.get(library)).list() } satisfies ContextFunctions;

/** The way in, and everything that is here. */
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
      {/* What is chosen, with a picture where it is one: drawn by the script, which knows it before anything is sent. */}
      <ul class="chosen" aria-label="Chosen files" hidden />
      <button hyper-loading-disable>Upload</button>
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
        <button type="button" class="quiet" data-cancel>Cancel</button>
      </div>
      <p id="state" role="status" />
    </>
  );
}

function FileList({ files }: { readonly files: readonly Upload[] }) {
  return (
    <section id="files" aria-labelledby="files-title">
      <h2 id="files-title">Files</h2>
      <ul data-empty="No file is here yet">{files.map((file) => <File key={file.id} file={file} />)}</ul>
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
        <button class="quiet" aria-label={`Delete ${name}`}>Delete</button>
      </Form>
    </li>
  );
}

/** A size for people. */
function sizeOf(bytes: number): string {
  const units = ["bytes", "kB", "MB"];
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${(bytes / 1000 ** step).toLocaleString("en", { maximumFractionDigits: 1 })} ${units[step]}`;
}
