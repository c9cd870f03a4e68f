import { action } from "@hyper/actions";
import { database } from "../../../database.ts";
import { freeSlots, listServices } from "../../../slots.ts";
import { clock, parseDay } from "../../../time.ts";

/** Lists the free times of a week for a program: `GET /?from=2030-01-07&service=massage`. Open to all, as the calendar is. */
export const freeTimes = action("free_times", {
  method: "GET",
  skipHandlerGuard: true,
  rate: { limit: 60, seconds: 60 },
  inject: { database, clock },
}, ({ data, database, clock }) => {
  const services = listServices(database);
  const service = services.find(({ id }) => id === data.service) ?? null;
  const from = parseDay(String(data.from)) ?? clock.slice(0, 10);
  const slots = freeSlots(database, { from, days: 7, service, person: null, now: clock });
  return { services: services.map(({ id, durations, people }) => ({ id, durations, people })), slots };
});
