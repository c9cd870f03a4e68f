// Dates and times of the practice: days such as "2030-01-07", moments such as "2030-01-07T09:30", without a time zone.
import { dependency } from "@hyper/actions";

/** The time zone of the practice. */
export const ZONE = "Europe/Berlin";

/** The length of a step of the calendar, in minutes. */
export const STEP = 30;

/** The moment of a request. Tests override it. */
export const clock = dependency("clock", () => momentNow());

/** Returns the moment of now. */
export const momentNow = (): string => moment(Temporal.Now.plainDateTimeISO(ZONE));

const moment = (time: Temporal.PlainDateTime): string => time.toString({ smallestUnit: "minute" });

/** Returns the moment that is some minutes later. */
export const later = (start: string, minutes: number): string =>
  moment(Temporal.PlainDateTime.from(start).add({ minutes }));

export const addDays = (day: string, days: number): string => Temporal.PlainDate.from(day).add({ days }).toString();

export const weekdayOf = (day: string): number => Temporal.PlainDate.from(day).dayOfWeek;

export const mondayOf = (day: string): string => addDays(day, 1 - weekdayOf(day));

/** Returns the day that a client has sent, or `null` if it is not one. */
export function parseDay(text: string | null): string | null {
  return /^20\d\d-(0\d|1[0-2])-[0-3]\d$/.test(text ?? "") ? daysOf(text ?? "") : null;
}

function daysOf(text: string): string | null {
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  const date = Temporal.PlainDate.from({ year, month, day }).toString();
  return date === text ? date : null; // not the 31st of February
}

/** Returns the moment that a client has sent, or `null` if no appointment can begin then. */
export function parseMoment(text: string | null): string | null {
  const [day = "", time = ""] = (text ?? "").split("T");
  return parseDay(day) !== null && /^([01]\d|2[0-3]):[03]0$/.test(time) ? `${day}T${time}` : null;
}

/** Returns the minutes from one moment to another. */
export const minutesBetween = (from: string, to: string): number =>
  Temporal.PlainDateTime.from(from).until(to).total("minutes");
