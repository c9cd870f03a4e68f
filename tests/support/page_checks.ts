/** Accessibility checks of a page that axe-core does not make: contrast of borders and of the focus, forced colors, tables, tab stops. */
import type { Page } from "playwright-core";
import type { Violation } from "./axe.ts";

/** Checks a page. Returns its violations. */
export async function checkPage(page: Page): Promise<readonly Violation[]> {
  const active = await page.evaluateHandle(() => document.activeElement);
  // Outlines are for users of a keyboard: `:focus-visible` matches after a key.
  await page.keyboard.press("Tab");
  const violations = await page.evaluate(findInPage, false);
  const shapes = await page.evaluate(findShapes);
  await page.emulateMedia({ forcedColors: "active" });
  // Transitions to the new colors.
  await page.evaluate(() => document.getAnimations().forEach((animation) => animation.finish()));
  const lost = await page.evaluate(findLostShapes, shapes);
  // Rules about colors. Not those of axe-core: it reads the text color of the author (`-webkit-text-fill-color`).
  const forced = (await page.evaluate(findInPage, true)).filter(({ rule }) => /^(border|focus|text)/.test(rule));
  await page.emulateMedia({ forcedColors: "none" });
  await page.evaluate((before) => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  }, active);
  if (lost.length > 0) forced.push({ rule: "a shape without text is not visible", at: lost });
  return [...violations, ...forced.map(({ rule, at }) => ({ rule: `forced colors: ${rule}`, at }))];
}

/** Runs in the page. Checks text only in forced colors; in others axe-core does. */
function findInPage(isForced: boolean): Violation[] {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
  /** Returns red, green, blue and alpha of any CSS color, from 0 to 255. */
  const channels = (color: string): number[] => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = color;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  /** Returns the color behind an element, whose ancestors may be transparent. */
  const backdrop = (element: Element | null): number[] => {
    if (element === null) {
      const canvas = document.documentElement.appendChild(document.createElement("i"));
      canvas.style.color = "Canvas";
      const color = getComputedStyle(canvas).color;
      canvas.remove();
      return channels(color);
    }
    return over(channels(getComputedStyle(element).backgroundColor), () => backdrop(element.parentElement));
  };
  const over = (color: number[], behind: () => number[]): number[] => {
    const alpha = color[3]! / 255;
    if (alpha === 1) return color;
    const below = behind();
    return [0, 1, 2].map((i) => color[i]! * alpha + below[i]! * (1 - alpha)).concat(255);
  };
  /** Relative luminance (WCAG 2.2). */
  const luminance = (color: number[]): number => {
    const [r, g, b] = color.slice(0, 3).map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4
    );
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const contrast = (a: number[], b: number[]): number => {
    const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
    return (high! + 0.05) / (low! + 0.05);
  };
  const print = (element: Element): string => element.outerHTML.slice(0, 160);
  const visible = (element: Element): boolean =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    element.getBoundingClientRect().width > 1;
  const all = (selector: string): HTMLElement[] =>
    [...document.querySelectorAll<HTMLElement>(selector)].filter(visible);

  /** A control needs a border or a fill with 3:1 to what is around it (1.4.11). A control in the default style of the browser has one. */
  const hasBoundary = (control: HTMLElement): boolean => {
    const style = getComputedStyle(control);
    const around = backdrop(control.parentElement);
    const fill = backdrop(control);
    const sides = (["Top", "Right", "Bottom", "Left"] as const).filter((side) =>
      parseFloat(style[`border${side}Width`]) >= 1 && style[`border${side}Style`] !== "none" &&
      contrast(over(channels(style[`border${side}Color`]), () => fill), around) >= 3
    );
    return sides.includes("Bottom") || contrast(fill, around) >= 3;
  };
  const typed =
    "input:not([type=hidden],[type=submit],[type=button],[type=reset],[type=image],[type=checkbox],[type=radio]," +
    "[type=range],[type=color],[type=file]),textarea,select";

  /** The focus must be visible, with 3:1 (2.4.7, 1.4.11). */
  const showsFocus = (element: HTMLElement): boolean => {
    element.focus({ preventScroll: true });
    if (document.activeElement !== element) return true;
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
    return outlineStyle === "auto" || outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 &&
        contrast(channels(outlineColor), backdrop(element.parentElement)) >= 3;
  };
  const tabStops = "a[href],button:enabled,input:enabled,select:enabled,textarea:enabled,summary,[tabindex='0']";

  const scrolls = (element: Element): boolean =>
    element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight;
  const headings = all("h1,h2,h3,h4,h5,h6").map((element) => ({ element, level: Number(element.localName[1]) }));
  const personal = "input:is([type=password],[name=name],[name=email],[name=tel]):not([autocomplete])";

  /** Text needs 4.5:1 (1.4.3), unless it is that of a disabled control. */
  const isReadable = (element: HTMLElement): boolean =>
    element.matches(":disabled,:disabled *,svg *") ||
    ![...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue?.trim()) ||
    contrast(channels(getComputedStyle(element).color), backdrop(element)) >= 4.5;

  const rules: [rule: string, elements: Element[]][] = [
    ["border: a control has less than 3:1 to its surroundings", all(typed).filter((control) => !hasBoundary(control))],
    ["focus: the outline is missing or has less than 3:1", all(tabStops).filter((element) => !showsFocus(element))],
    ["text: less than 4.5:1", isForced ? all("body *").filter((element) => !isReadable(element)) : []],
    ["table: a header cell has no scope", all("th:not([scope])")],
    [
      "tab stop: an element that neither scrolls nor is a control",
      all("[tabindex='0']:not(a,button,input,select,textarea,summary)").filter((element) => !scrolls(element)),
    ],
    [
      "heading: a level is skipped",
      headings.filter(({ level }, i) => level > (headings[i - 1]?.level ?? 0) + 1).map(({ element }) => element),
    ],
    [
      "heading: more than one of level 1",
      // A dialog is a page of its own.
      headings.filter(({ element, level }) => level === 1 && !element.closest("dialog")).slice(1).map(({ element }) =>
        element
      ),
    ],
    ["autocomplete: a control for data of the user has none (1.3.5)", all(personal)],
    [
      "target: less than 24 by 24 pixels",
      all("button,input:not([type=hidden],[type=checkbox],[type=radio]),select").filter((element) => {
        const { width, height } = element.getBoundingClientRect();
        return width < 24 || height < 24;
      }),
    ],
    [
      "time: shown as a machine reads it",
      all("*").filter((element) =>
        !element.closest("code,pre") &&
        [...element.childNodes].some((node) => node.nodeType === 3 && /\d\d\d\d-\d\d-\d\d/.test(node.nodeValue ?? ""))
      ),
    ],
  ];
  return rules.filter(([, elements]) => elements.length > 0).map(([rule, elements]) => ({
    rule,
    at: elements.map(print),
  }));
}

/** Returns the indexes, among all elements, of those that are only a colored shape: no text, no picture, a background. Runs in the page. */
function findShapes(): number[] {
  const found: number[] = [];
  [...document.body.querySelectorAll("*")].forEach((element, index) => {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return;
    const { width, height } = element.getBoundingClientRect();
    const { backgroundColor } = getComputedStyle(element);
    const isShape = element.children.length === 0 && element.textContent?.trim() === "" && width > 1 && height > 1 &&
      !element.matches("img,svg,svg *,video,canvas,input,textarea,select,button,progress,meter,hr,br,iframe");
    if (isShape && !/^(transparent|rgba\(.*, 0\))$/.test(backgroundColor)) found.push(index);
  });
  return found;
}

/** Returns which of the shapes have neither a border nor a color of their own. Runs in the page, with forced colors. */
function findLostShapes(shapes: number[]): string[] {
  const elements = [...document.body.querySelectorAll("*")];
  return shapes.map((index) => elements[index]!).filter((element) => {
    const { borderTopWidth, borderTopStyle, outlineStyle, backgroundColor, forcedColorAdjust } = getComputedStyle(
      element,
    ) as
      & CSSStyleDeclaration
      & { forcedColorAdjust: string };
    const hasBorder = parseFloat(borderTopWidth) > 0 && borderTopStyle !== "none" || outlineStyle !== "none";
    const behind = getComputedStyle(element.parentElement!).backgroundColor;
    return !hasBorder &&
      (forcedColorAdjust === "auto" && backgroundColor === behind || backgroundColor === "rgba(0, 0, 0, 0)");
  }).map((element) => element.outerHTML.slice(0, 160));
}
