// The theme of a user: light, dark, or that of the system.

export const THEMES = ["light dark", "light", "dark"] as const;

export type Theme = typeof THEMES[number];

/** Returns the theme of a cookie, which can contain anything. */
export const themeOf = (cookie: string | null): Theme =>
  THEMES.find((theme) => encodeURIComponent(theme) === cookie) ?? THEMES[0];
