import { assert, assertEquals, assertThrows } from "@std/assert";
import { type CatalogueText, catalogueText, type TextKey, type TextValues } from "../../src/texts/catalogue.ts";
import { fileTypeNames } from "../../src/texts/file_type_names.ts";
import { createTextFormat } from "../../src/texts/format.ts";
import { ENGLISH } from "../../src/texts/languages/en.ts";
import { createTexts, ENGLISH_TEXTS } from "../../src/texts/texts.ts";

const LANGUAGES = ["en", "de", "fr", "es"] as const;
const KEYS = Object.keys(ENGLISH) as TextKey[];

/** Values for every text that has any. */
const VALUES: { readonly [Key in TextKey]?: TextValues[Key] } = {
  invalidUrl: { beginnings: ["https://", "http://"] },
  minlength: { count: 3 },
  maxlength: { count: 1 },
  minNumber: { bound: 0.5 },
  maxNumber: { bound: 1000 },
  minMoment: { bound: "2030-01-31" },
  maxMoment: { bound: "23:59" },
  timeRange: { from: "21:00", to: "06:00" },
  stepNumber: { step: 0.5, base: 0 },
  fileBytes: { bytes: 2_097_152 },
  fileCount: { count: 2 },
  fileType: { types: ["image/*", "application/pdf"] },
  fileMessage: { name: "a.png", message: catalogueText("chooseFile") },
  minRows: { count: 1 },
  maxRows: { count: 2 },
  tooManyRequests: { seconds: 60 },
};

function sample(key: TextKey): CatalogueText {
  // The values are those of the key, or there are none.
  return { key, values: VALUES[key] ?? {} } as CatalogueText;
}

for (const lang of LANGUAGES) {
  const texts = createTexts({ lang });

  Deno.test(`the catalogue in "${lang}" has a message for every key`, () => {
    assertEquals(KEYS.filter((key) => texts.write(sample(key)).trim() === ""), []);
  });

  Deno.test(`no text in "${lang}" contains technical terms`, () => {
    const said = KEYS.map((key) => texts.write(sample(key)));
    assertEquals(
      said.filter((text) =>
        /\bbytes\b|MiB|KiB|MIME|\blimit\b|image\/|Cannot (read|take|call)|undefined|NaN|\[object/.test(text)
      ),
      [],
    );
  });
}

for (const lang of ["de", "fr", "es"] as const) {
  Deno.test(`the catalogue in "${lang}" is translated`, () => {
    const texts = createTexts({ lang });
    const same = KEYS.filter((key) => texts.write(sample(key)) === ENGLISH_TEXTS.write(sample(key)));
    // The message about a file is its name and another text of the catalogue.
    assertEquals(same, []);
  });
}

for (
  const [lang, text, expected] of [
    ["en", catalogueText("minlength", { count: 1 }), "Enter at least 1 character"],
    ["en", catalogueText("minlength", { count: 1000 }), "Enter at least 1,000 characters"],
    ["de", catalogueText("minlength", { count: 1000 }), "Geben Sie mindestens 1.000 Zeichen ein"],
    ["en", catalogueText("fileBytes", { bytes: 2_097_152 }), "Choose a file smaller than 2 MB"],
    ["fr", catalogueText("fileBytes", { bytes: 1_572_864 }), "Choisissez un fichier de moins de 1,5 Mo"],
    ["en", catalogueText("minMoment", { bound: "2030-01-31" }), "Enter January 31, 2030 or later"],
    ["en-GB", catalogueText("minMoment", { bound: "2030-01-31" }), "Enter 31 January 2030 or later"],
    ["de", catalogueText("maxMoment", { bound: "23:59" }), "Geben Sie spätestens 23:59 ein"],
    ["en", catalogueText("tooManyRequests", { seconds: 60 }), "Too many attempts. Try again in 1 minute."],
    ["en", catalogueText("tooManyRequests", { seconds: 90 }), "Too many attempts. Try again in 2 minutes."],
    ["en", catalogueText("tooManyRequests", { seconds: null }), "Too many attempts. Try again later."],
    ["en", catalogueText("stepNumber", { step: 0.5, base: 0 }), "Enter a multiple of 0.5"],
    ["en", catalogueText("stepNumber", { step: 2, base: 1 }), "Enter a number such as 1, 3, or 5"],
    ["en", catalogueText("fileType", { types: ["image/*", ".csv"] }), "Choose another type of file: image or CSV"],
    ["en", catalogueText("fileMessage", { name: "a.png", message: "Too big" }), "a.png: Too big"],
    ["en", "A text of the application", "A text of the application"],
  ] as const
) {
  Deno.test(`write() in "${lang}" returns "${expected}"`, () => {
    assertEquals(createTexts({ lang }).write(text).replaceAll(/[\u00a0\u202f]/g, " "), expected);
  });
}

Deno.test("createTexts() formats values for the full language tag, and selects texts by its primary language", () => {
  const texts = createTexts({ lang: "de-ch" });
  assertEquals([texts.lang, texts.write(catalogueText("notFound"))], ["de-CH", "Seite nicht gefunden"]);
  assertEquals(texts.write(catalogueText("minlength", { count: 1000 })), "Geben Sie mindestens 1’000 Zeichen ein");
});

Deno.test("createTexts() falls back to English texts for a language without a catalogue", () => {
  const texts = createTexts({ lang: "nl", notFound: "Pagina niet gevonden" });
  assertEquals(texts.write(catalogueText("notFound")), "Pagina niet gevonden");
  assertEquals(texts.write(catalogueText("enterValue")), "Enter a value");
});

Deno.test("createTexts() replaces a message with a string, or with a function of the values and formats", () => {
  const texts = createTexts({
    enterValue: "Required",
    maxlength: ({ count }, { number }) => `Max. ${number(count)}`,
    minlength: undefined,
  });
  assertEquals(texts.write(catalogueText("enterValue")), "Required");
  assertEquals(texts.write(catalogueText("maxlength", { count: 2000 })), "Max. 2,000");
  assertEquals(texts.write(catalogueText("minlength", { count: 2 })), "Enter at least 2 characters");
});

Deno.test("createTexts() lists the texts of the browser that were replaced, and no others", () => {
  assertEquals(createTexts({ lang: "de", enterValue: "!", tryAgain: "Nochmal" }).replaced, { tryAgain: "Nochmal" });
});

for (
  const [what, text] of [
    ["throws", () => {
      throw new Error("broken");
    }],
    ["returns a promise that rejects", () => Promise.reject(new Error("broken"))],
    ["returns a number", () => 7],
  ] as const
) {
  Deno.test(`createTexts() uses the text of the catalogue, and reports the error, if a function ${what}`, () => {
    const errors: unknown[] = [];
    const texts = createTexts({ enterValue: text as () => string }, (error) => errors.push(error));
    assertEquals(texts.write(catalogueText("enterValue")), "Enter a value");
    assertEquals(errors.length, 1);
  });
}

Deno.test("createTexts() rejects unknown keys, texts of a wrong type, and invalid languages", () => {
  assertThrows(() => createTexts({ nothere: "x" } as never), TypeError, 'Cannot replace text "nothere"');
  assertThrows(() => createTexts({ enterValue: 5 as never }), TypeError, "it is number; give a string or a function");
  assertThrows(() => createTexts(JSON.parse('{"__proto__":"x"}')), TypeError, 'Cannot replace text "__proto__"');
  assertThrows(() => createTexts({ lang: "not a tag" }), RangeError);
});

Deno.test("fileTypeNames() names each type once, as users know it", () => {
  const groups = { image: "image", text: "text" };
  assertEquals(
    fileTypeNames(["image/*", ".JPG", "image/jpeg", "text/plain", "audio/mpeg", "application/x-tar"], groups),
    [
      "image",
      "JPEG",
      "text",
      "MP3",
      "TAR",
    ],
  );
});

Deno.test("createTextFormat() returns a string that is not a date unchanged, and rounds sizes down", () => {
  const format = createTextFormat("en");
  assertEquals([format.moment("soon"), format.bytes(1_999_999), format.bytes(1)], ["soon", "1.9 MB", "1 byte"]);
  assert(format.duration(0.2).startsWith("1 second"));
});
