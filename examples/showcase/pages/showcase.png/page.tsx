/** Serves the screenshot of the README: the picture of a link to this site. */
export async function render(): Promise<Response> {
  const picture = await Deno.readFile(new URL("../../../../.github/showcase.png", import.meta.url));
  return new Response(picture, { headers: { "content-type": "image/png", "cache-control": "max-age=3600" } });
}
