/** The first 103 chemical elements, and the search among them. */
import { z } from "zod";

/** One element. */
export interface Element {
  readonly number: number;
  readonly symbol: string;
  readonly name: string;
  readonly kind: Kind;
}

/** The kinds of elements. */
export const KINDS = [
  "Alkali metal",
  "Alkaline earth metal",
  "Lanthanide",
  "Actinide",
  "Transition metal",
  "Post-transition metal",
  "Metalloid",
  "Nonmetal",
  "Noble gas",
] as const;

/** A kind of element. */
export type Kind = typeof KINDS[number];

/** Reads a search from a URL. Invalid values are ignored, because a URL is user input. */
export const Wanted = z.object({
  q: z.string().trim().max(100).catch(""),
  kind: z.enum(["", ...KINDS]).catch(""),
});

/** A search: a part of a name, a symbol or a number, and a kind, or `""` for all kinds. */
export type Wanted = z.infer<typeof Wanted>;

const BY_KIND: Readonly<Record<Kind, string>> = {
  "Alkali metal": "3 Li Lithium, 11 Na Sodium, 19 K Potassium, 37 Rb Rubidium, 55 Cs Caesium, 87 Fr Francium",
  "Alkaline earth metal": "4 Be Beryllium, 12 Mg Magnesium, 20 Ca Calcium, 38 Sr Strontium, 56 Ba Barium, 88 Ra Radium",
  "Lanthanide":
    "57 La Lanthanum, 58 Ce Cerium, 59 Pr Praseodymium, 60 Nd Neodymium, 61 Pm Promethium, 62 Sm Samarium, " +
    "63 Eu Europium, 64 Gd Gadolinium, 65 Tb Terbium, 66 Dy Dysprosium, 67 Ho Holmium, 68 Er Erbium, 69 Tm Thulium, " +
    "70 Yb Ytterbium, 71 Lu Lutetium",
  "Actinide": "89 Ac Actinium, 90 Th Thorium, 91 Pa Protactinium, 92 U Uranium, 93 Np Neptunium, 94 Pu Plutonium, " +
    "95 Am Americium, 96 Cm Curium, 97 Bk Berkelium, 98 Cf Californium, 99 Es Einsteinium, 100 Fm Fermium, " +
    "101 Md Mendelevium, 102 No Nobelium, 103 Lr Lawrencium",
  "Transition metal": "21 Sc Scandium, 22 Ti Titanium, 23 V Vanadium, 24 Cr Chromium, 25 Mn Manganese, 26 Fe Iron, " +
    "27 Co Cobalt, 28 Ni Nickel, 29 Cu Copper, 30 Zn Zinc, 39 Y Yttrium, 40 Zr Zirconium, 41 Nb Niobium, " +
    "42 Mo Molybdenum, 43 Tc Technetium, 44 Ru Ruthenium, 45 Rh Rhodium, 46 Pd Palladium, 47 Ag Silver, " +
    "48 Cd Cadmium, 72 Hf Hafnium, 73 Ta Tantalum, 74 W Tungsten, 75 Re Rhenium, 76 Os Osmium, 77 Ir Iridium, " +
    "78 Pt Platinum, 79 Au Gold, 80 Hg Mercury",
  "Post-transition metal":
    "13 Al Aluminium, 31 Ga Gallium, 49 In Indium, 50 Sn Tin, 81 Tl Thallium, 82 Pb Lead, 83 Bi Bismuth, 84 Po Polonium",
  "Metalloid":
    "5 B Boron, 14 Si Silicon, 32 Ge Germanium, 33 As Arsenic, 51 Sb Antimony, 52 Te Tellurium, 85 At Astatine",
  "Nonmetal": "1 H Hydrogen, 6 C Carbon, 7 N Nitrogen, 8 O Oxygen, 9 F Fluorine, 15 P Phosphorus, 16 S Sulfur, " +
    "17 Cl Chlorine, 34 Se Selenium, 35 Br Bromine, 53 I Iodine",
  "Noble gas": "2 He Helium, 10 Ne Neon, 18 Ar Argon, 36 Kr Krypton, 54 Xe Xenon, 86 Rn Radon",
};

const ELEMENTS: readonly Element[] = KINDS
  .flatMap((kind) =>
    BY_KIND[kind].split(", ").map((text) => {
      const [number = "", symbol = "", name = ""] = text.split(" ");
      return { number: Number(number), symbol, name, kind };
    })
  )
  .toSorted((a, b) => a.number - b.number);

/** Returns the elements that match, by number. Elements whose symbol matches come first. */
export function findElements({ q, kind }: Wanted): readonly Element[] {
  const wanted = q.toLowerCase();
  const found = ELEMENTS.filter((element) =>
    (kind === "" || element.kind === kind) &&
    (wanted === "" || element.name.toLowerCase().includes(wanted) || isCalled(element, wanted))
  );
  return found.toSorted((a, b) => Number(isCalled(b, wanted)) - Number(isCalled(a, wanted)));
}

/** Returns the element with a symbol, or `null`. */
export function findElement(symbol: string): Element | null {
  return ELEMENTS.find((element) => element.symbol === symbol) ?? null;
}

function isCalled({ symbol, number }: Element, wanted: string): boolean {
  return symbol.toLowerCase() === wanted || String(number) === wanted;
}
