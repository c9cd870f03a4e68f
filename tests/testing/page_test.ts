import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import type { FieldInput } from "../../src/testing/controls.ts";
import { openPage, sent } from "./open_page.ts";

function filled(controls: string, values: Readonly<Record<string, FieldInput>>, button?: string): string {
  const { page } = openPage(`<form aria-label="F">${controls}</form>`);
  return sent(page.form("F").fill(values).entries(button));
}

Deno.test("page.text has one space between blocks and none inside a word, and omits invisible content", () => {
  const { page } = openPage(
    "<title>T</title><style>p{}</style><p>One <b>wo</b>rd</p>\n<p>two<br>three</p><script>x</script>",
  );
  assertEquals(page.text, "One word two three");
});

Deno.test("page.title is the title in the head", () => {
  assertEquals(openPage("<title> A  page </title><svg><title>No</title></svg>").page.title, "A page");
});

Deno.test("page.find() returns the one match", () => {
  const found = openPage('<ul><li class="a">1</li><li data-x="y">2</li></ul>').page.find("ul > li:last-child");
  assertEquals([found.tagName, found.text, found.attribute("data-x"), found.attribute("class")], [
    "li",
    "2",
    "y",
    null,
  ]);
});

Deno.test("page.find() throws for no match and for several, with the markup", () => {
  const { page } = openPage("<p>1<p>2");
  assertThrows(() => page.find("b"), Error, 'Cannot find element "b" on http://localhost/notes/1?tab=2: there is none');
  assertThrows(() => page.find("p"), Error, "there are 2");
  assertThrows(() => page.find("b"), Error, "<p>1</p><p>2</p>");
});

Deno.test("page.findAll() returns matches in order, and an empty list without an error", () => {
  const { page } = openPage("<p>1<p>2");
  assertEquals(page.findAll("p").map(({ text }) => text), ["1", "2"]);
  assertEquals(page.findAll("b"), []);
});

Deno.test("element.find() searches only inside the element", () => {
  const { page } = openPage('<p><b>1</b></p><div><b id="it">2</b></div>');
  assertEquals(page.find("div").find("b").attribute("id"), "it");
});

Deno.test("page.find() finds content of noscript, like a browser with scripts disabled", () => {
  assertEquals(openPage("<body><noscript><p>Off</p></noscript>").page.find("noscript p").text, "Off");
});

for (
  const [what, markup] of [
    ["its aria-label", '<form aria-label="Add"></form>'],
    ["the element that labels it", '<h2 id="h">Add</h2><form aria-labelledby="h"></form>'],
    ["its button", "<form><button>Add</button></form>"],
    ["a button with a value", '<form><input type="submit" value="Add"></form>'],
    ["a heading in it", "<form><h3>Add</h3><button>Go</button></form>"],
    ["its legend", "<form><fieldset><legend>Add</legend></fieldset></form>"],
    ["the name of its action", '<form data-hyper-form="Add"></form>'],
    ["its id", '<form id="Add"></form>'],
  ] as const
) {
  Deno.test(`page.form() finds a form by ${what}`, () => {
    assertEquals(openPage(`<form></form>${markup}`).page.form("Add").tagName, "form");
  });
}

Deno.test("page.form() prefers a label to the content of another form", () => {
  const { page } = openPage('<form id="1"><button>Add</button></form><form id="2" aria-label="Add"></form>');
  assertEquals(page.form("Add").attribute("id"), "2");
});

Deno.test("page.form() throws for several forms with the same name, and element.form() finds the one in its element", () => {
  const { page } = openPage(
    '<li id="a"><form id="fa"><button>Delete</button></form></li><li id="b"><form id="fb"><button>Delete</button></form></li>',
  );
  assertThrows(() => page.form("Delete"), Error, "there are 2");
  assertEquals(page.find("#b").form("Delete").attribute("id"), "fb");
});

Deno.test("page.form() throws for an unknown name, and lists the forms", () => {
  const { page } = openPage("<form><button>Add</button></form>");
  assertThrows(() => page.form("Remove"), Error, 'Cannot find form "Remove"');
  assertThrows(() => page.form("Remove"), Error, 'its forms are "Add"');
});

for (
  const [what, controls] of [
    ["a label that names it", '<label for="t">Title:</label><input id="t" name="x">'],
    ["a label around it", '<label>Title: <input name="x"></label>'],
    ["aria-label", '<input name="x" aria-label="Title:">'],
    ["aria-labelledby", '<b id="l">Title:</b><input name="x" aria-labelledby="l">'],
    ["its title", '<input name="x" title="Title:">'],
    ["its placeholder", '<input name="x" placeholder="Title:">'],
    ["its name", '<input name="Title:">'],
  ] as const
) {
  Deno.test(`form.fill() finds a field by ${what}`, () => {
    assertEquals(filled(controls, { "Title:": "Milk" }).replace(/^.*=/, ""), "Milk");
  });
}

Deno.test("form.fill() sets each kind of control", () => {
  const select = '<label>L<select name="s"><option value="1">One<option value="2">Two</select></label>';
  const radios = '<fieldset><legend>R</legend><label><input type="radio" name="r" value="a">A</label>' +
    '<label><input type="radio" name="r" value="b" checked>B</label></fieldset>';
  const boxes = '<fieldset><legend>B</legend><label><input type="checkbox" name="b" value="x" checked>X</label>' +
    '<label><input type="checkbox" name="b" value="y">Y</label><label><input type="checkbox" name="b" value="z">Z</label></fieldset>';
  const cases: [controls: string, input: FieldInput, sent: string][] = [
    ['<input name="L">', "a\nb", "L=ab"],
    ['<input name="L" value="old">', null, "L="],
    ['<input name="L" type="number">', 4.5, "L=4.5"],
    ['<textarea name="L">old</textarea>', "a\nb", "L=a\nb"],
    ['<label>L<input type="checkbox" name="c"></label>', true, "c=on"],
    ['<label>L<input type="hidden" name="c" value="0"><input type="checkbox" name="d"></label>', true, "c=0&d=on"],
    ['<label>L<input type="checkbox" name="c" value="v" checked></label>', false, ""],
    [select, "Two", "s=2"],
    [select, "2", "s=2"],
    [select.replace("<select", "<select multiple"), ["One", "Two"], "s=1&s=2"],
    [select.replace("<select", "<select multiple"), [], ""],
    [radios.replace("R<", "L<"), "A", "r=a"],
    [radios.replace("A</label>", "L</label>"), true, "r=a"],
    [`${radios}<label>L<input type="checkbox" name="r" value="c"></label>`, true, "r=b&r=c"],
    [boxes.replace("B<", "L<"), ["Y", "Z"], "b=y&b=z"],
    ['<input type="file" name="L">', new File(["x"], "x.txt"), "L=file:x.txt"],
    ['<input type="file" name="L" multiple>', [new File([], "1"), new File([], "2")], "L=file:1&L=file:2"],
    ['<input type="hidden" name="L" value="1">', "2", "L=2"],
  ];
  for (const [controls, input, expected] of cases) assertEquals(filled(controls, { L: input }), expected, controls);
});

Deno.test("form.fill() prefers the label of an option to the value of another", () => {
  const select = '<select name="s"><option value="Two">One<option value="2">Two</select>';
  assertEquals(filled(select, { s: "Two" }), "s=2");
});

Deno.test("form.fill() does not change other fields", () => {
  assertEquals(filled('<input name="a" value="1"><input name="b" value="2">', { b: "3" }), "a=1&b=3");
});

Deno.test("form.fill() is kept when the form is found again", () => {
  const { page } = openPage('<form aria-label="F"><input name="a"></form>');
  page.form("F").fill({ a: "1" });
  assertEquals(page.form("F").field("a").value, "1");
});

Deno.test("form.fill() throws for input that a user could not enter, and the error has the reason", () => {
  const cases: [controls: string, input: FieldInput, reason: string][] = [
    ['<input name="x">', "1", 'the form does not have it; its fields are "x"'],
    ['<input name="L" disabled>', "1", "it is disabled"],
    ['<fieldset disabled><input name="L"></fieldset>', "1", "it is disabled"],
    ['<input name="L" readonly>', "1", "it is read only"],
    ['<select name="L"><option>A</select>', "B", 'it has no choice "B", it has "A"'],
    ['<select name="L"><option>A<option disabled>B</select>', "B", 'its choice "B" is disabled'],
    ['<select name="L"><option>A<option>B</select>', ["A", "B"], "it takes one option"],
    ['<input type="file" name="L">', "x.txt", "it takes files"],
    ['<input type="file" name="L">', [new File([], "1"), new File([], "2")], "it takes one file"],
    ['<input name="L">', ["a", "b"], "takes one text"],
    ['<input type="checkbox" name="L"><input type="checkbox" name="L">', true, "its choices are named by texts"],
    ['<label>L<input name="a"></label><label>L<input name="b"></label>', "1", "there are 2 fields of this name"],
  ];
  for (const [controls, input, reason] of cases) {
    const error = assertThrows(() => filled(controls, { L: input }), Error, reason);
    assert(error.message.startsWith('Cannot fill field "L" of form "F": '), error.message);
  }
});

Deno.test("form.entries() omits controls like a browser: unchecked, disabled, without a name, not pressed", () => {
  const controls = `
    <input name="a" value="1"><input value="nameless"><input name="off" disabled>
    <fieldset disabled><legend><input name="legend" value="2"></legend><input name="off"></fieldset>
    <datalist><input name="off"></datalist>
    <input type="checkbox" name="off"><input type="checkbox" name="box" checked>
    <input type="radio" name="off"><button name="off" type="button">x</button><input type="reset" name="off">
    <select name="one"><option disabled>0<option> A  B <option>C</select>
    <select name="off" multiple><option>A</select>
    <select name="off"><option disabled selected>A</select>
    <select name="off"><optgroup disabled><option>A</optgroup></select>
    <select name="last"><option selected>A<option selected>B</select>
    <textarea name="text">
line</textarea>
    <input type="hidden" name="_charset_"><input type="file" name="file">`;
  assertEquals(
    filled(controls, {}),
    "a=1&legend=2&box=on&one=A B&last=B&text=line&_charset_=UTF-8&file=file:",
  );
});

Deno.test("form.entries() includes controls outside of the form that name it, and not those inside that name another form", () => {
  const { page } = openPage(
    '<input form="f" name="a" value="1"><form id="f"><input name="b" value="2"><input form="g" name="c"></form><form id="g"></form>',
  );
  assertEquals(sent(page.form("f").entries()), "a=1&b=2");
});

Deno.test("form.entries() includes the pressed button, and the first button by default", () => {
  const buttons = '<button name="do" value="save">Save</button><button name="do" value="drop">Drop</button>' +
    '<input type="image" name="pic" alt="Pic">';
  assertEquals(filled(buttons, {}), "do=save");
  assertEquals(filled(buttons, {}, "Drop"), "do=drop");
  assertEquals(filled(buttons, {}, "Pic"), "pic.x=0&pic.y=0");
});

Deno.test("form.submit() throws for a button that does not exist or cannot be pressed", async () => {
  const { page } = openPage('<form aria-label="F"><button disabled>Save</button><button>Drop</button></form>');
  await assertRejects(() => page.form("F").submit("Sav"), Error, 'Cannot find button "Sav"');
  await assertRejects(
    () => page.form("F").submit(),
    Error,
    'Cannot press "Save" on http://localhost/notes/1?tab=2: it is disabled',
  );
});

Deno.test("form.submit() sends to the URL of form and button", () => {
  const cases: [attributes: string, button: string, expected: string][] = [
    ["", "", "GET http://localhost/notes/1?tab=2 "],
    ['method="post"', "", "POST http://localhost/notes/1?tab=2 "],
    ['method="POST" action="../save?x=1"', "", "POST http://localhost/save?x=1 "],
    ['action="/a" enctype="multipart/form-data"', "", "GET http://localhost/a multipart/form-data"],
    [
      'action="/a" method="get"',
      'formaction="/b" formmethod="post" formenctype="text/plain"',
      "POST http://localhost/b text/plain",
    ],
    ['method="put"', "", "GET http://localhost/notes/1?tab=2 "],
  ];
  for (const [attributes, button, expected] of cases) {
    const { page, visits } = openPage(`<form aria-label="F" ${attributes}><button ${button}>Go</button></form>`);
    void page.form("F").submit();
    assertEquals(visits.map(({ method, url, form }) => `${method} ${url} ${form?.enctype ?? ""}`), [expected]);
  }
});

Deno.test("form.submit() resolves the action against the base URL of the document", () => {
  const { page, visits } = openPage(
    '<base href="/deep/"><form aria-label="F" action="x"></form><form aria-label="G"></form>',
  );
  void page.form("F").submit();
  void page.form("G").submit();
  assertEquals(visits.map(({ url }) => url.pathname), ["/deep/x", "/notes/1"]);
});

Deno.test("form.submit() rejects a form that closes a dialog", async () => {
  const { page } = openPage('<form aria-label="F" method="dialog"></form>');
  await assertRejects(() => page.form("F").submit(), TypeError, 'Cannot submit form "F": it closes a dialog');
});

Deno.test("form.submitWithRuntime() rejects a form that does not belong to an action", async () => {
  const { page } = openPage('<form aria-label="F"></form>');
  await assertRejects(() => page.form("F").submitWithRuntime(), TypeError, "it has no data-hyper-form");
});

Deno.test("form.field() returns value, state and description", () => {
  const { page } = openPage(`<form aria-label="F">
    <label for="t">Title</label><input id="t" name="title" value="x" aria-invalid="true" aria-describedby="e h">
    <p id="h">Short</p><ul id="e"><li>Too long</li></ul>
    <label><input type="checkbox" name="done" checked> Done</label>
    <label>Size <select name="s"><option value="1">S</select></label>
    <label>Tags <select name="t" multiple><option selected>a<option selected>b</select></label>
    <fieldset role="radiogroup" aria-invalid="true" aria-describedby="h"><legend>Colour</legend><label><input type="radio" name="c" value="r">Red</label><label><input
      type="radio" name="c" value="b" checked>Blue</label></fieldset>
    <fieldset><legend>Days</legend><label><input type="checkbox" name="d" value="1" checked>Mon</label><label><input
      type="checkbox" name="d" value="2">Tue</label></fieldset>
    <input type="file" name="file"></form>`);
  const form = page.form("F");
  const { name, value, isInvalid, description } = form.field("title");
  assertEquals([name, value, isInvalid, description], ["Title", "x", true, "Too long Short"]);
  assertEquals(form.field("Done").isInvalid, false);
  assertEquals([form.field("Colour").isInvalid, form.field("Colour").description], [true, "Short"]);
  assertEquals(
    ["Done", "Size", "Tags", "Colour", "Days", "file", "Mon"].map((label) => form.field(label).value),
    [true, "1", ["a", "b"], "b", ["1"], [], true],
  );
  assertEquals(form.field("Colour").name, "Colour");
  assertThrows(() => form.field("Titel"), Error, 'Cannot find field "Titel" of form "F"');
});

Deno.test("page.click() follows the link with the given name", async () => {
  const { page, visits } = openPage(
    '<a href="../new">New <b>note</b></a><a>New note</a><a href="/x"><img alt="Logo"></a>',
  );
  await page.click("New note");
  await page.click("Logo");
  assertEquals(visits.map(({ method, url }) => `${method} ${url}`), [
    "GET http://localhost/new",
    "GET http://localhost/x",
  ]);
});

Deno.test("page.click() presses the button with the given name, also outside of its form", async () => {
  const { page, visits } = openPage(
    '<form id="f" method="post" action="/f"><button name="n" value="1">One</button></form><button form="f" name="n" value="2">Two</button>',
  );
  await page.click("Two");
  assertEquals(visits.map(({ form }) => form?.entries), [[["n", "2"]]]);
});

Deno.test("page.click() throws for an unknown name, an ambiguous name, and a button without a form", async () => {
  const { page } = openPage('<a href="/1">Same</a><a href="/2">Same</a><button>Alone</button>');
  const message =
    'Cannot find link or button "None" on http://localhost/notes/1?tab=2: its links and buttons are "Same", "Alone"';
  await assertRejects(() => page.click("None"), Error, message);
  await assertRejects(() => page.click("Same"), Error, "there are 2");
  await assertRejects(() => page.click("Alone"), Error, "it does not belong to a form");
});

Deno.test("page.click() on a link to a fragment of the page sends no request", async () => {
  const { page, visits } = openPage('<a href="#end">End</a>');
  assertStrictEquals(await page.click("End"), page);
  assertEquals([page.url.hash, visits.length], ["#end", 0]);
});
