import { assertEquals, assertThrows } from "@std/assert";
import { byId, findForm, formValues, parseHtml, submitBody, submitRequest, text } from "./html.ts";

const page = parseHtml(`<!doctype html><title>Two forms</title>
  <form data-hyper-form="save" action="/_next/form/00/" id="first">
    <input type=hidden name=_next_form_instance value=1>
    <input name=title value="A &amp; B"><input type=password name=secret>
    <textarea name=body>\n\none\ntwo</textarea>
    <input type=checkbox name=done checked><input type=checkbox name=late value=yes>
    <select name=colour><option value=r>Red<option>Deep  blue</select>
    <select name=tags multiple><option selected>a<option selected>b<option>c</select>
    <input name=off value=1 disabled><input value=nameless><button name=go value=1>Go</button>
  </form>
  <form data-hyper-form="save"><input type=hidden name=_next_form_instance value=2></form>`);

Deno.test("formValues() returns the entries that a browser would send", () => {
  assertEquals(formValues(findForm(page, "save", "1")), [
    ["_next_form_instance", "1"],
    ["title", "A & B"],
    ["secret", ""],
    ["body", "\r\none\r\ntwo"],
    ["done", "on"],
    ["colour", "r"],
    ["tags", "a"],
    ["tags", "b"],
  ]);
});

Deno.test("submitBody() replaces the values of the form", () => {
  const body = submitBody(findForm(page, "save", "1"), { title: "C", tags: ["c"], done: null });
  assertEquals(body.get("title"), "C");
  assertEquals(body.getAll("tags"), ["c"]);
  assertEquals(body.has("done"), false);
  assertEquals(body.get("_next_form_instance"), "1");
});

Deno.test("submitRequest() posts to the action attribute of the form", async () => {
  const request = submitRequest(findForm(page, "save", "1"), "http://site.test/notes/1?q=2", { title: "C" });
  assertEquals([request.method, request.url], ["POST", "http://site.test/_next/form/00/"]);
  assertEquals((await request.formData()).get("title"), "C");
});

Deno.test("findForm() throws for two forms of one action", () => {
  assertThrows(() => findForm(page, "save"), Error, "2 elements match");
});

Deno.test("findForm() prints the document if the form is missing", () => {
  assertThrows(() => findForm(page, "gone"), Error, "Two forms");
});

Deno.test("text() returns all text below an element", () => {
  assertEquals(text(byId(page, "first")).includes("Deep  blue"), true);
});
