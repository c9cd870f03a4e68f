import { action, defineForm, field, Form, HyperError, type PageContext, redirect } from "@hyper/actions";

/** In production, a bucket or a folder outside `static/`. */
const pictures = new Map<string, { readonly bytes: Uint8Array<ArrayBuffer>; readonly type: string }>();

const PictureForm = defineForm("picture", {
  fields: {
    picture: field.file({ label: "Picture", accept: "image/png,image/jpeg", maxBytes: 500_000, required: true }),
    alt: field.text({ label: "Description", required: true, maxlength: 120 }),
  },
});

export const upload = action("upload_picture", { form: PictureForm }, async ({ form }) => {
  const { picture, alt } = form.values;
  const id = crypto.randomUUID();
  // `accept` has compared the type with the first bytes of the file.
  pictures.set(id, { bytes: await picture.bytes(), type: picture.type });
  return redirect(`?${new URLSearchParams({ shown: id, alt })}`);
});

export function render({ url }: PageContext) {
  const id = url.searchParams.get("picture");
  if (id !== null) return serve(id);
  const shown = url.searchParams.get("shown");
  return (
    <>
      <h1>Pictures</h1>
      {shown !== null && <img src={`?picture=${encodeURIComponent(shown)}`} alt={url.searchParams.get("alt") ?? ""} />}
      <Form action={upload} submit="Upload" />
    </>
  );
}

function serve(id: string): Response {
  const picture = pictures.get(id);
  if (picture === undefined) throw new HyperError(404, "This picture does not exist");
  const headers = { "content-type": picture.type, "x-content-type-options": "nosniff" };
  return new Response(picture.bytes, { headers });
}
