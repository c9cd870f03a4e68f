import { action, changed, Form, region } from "@hyper/actions";

const stops = ["Oslo", "Bergen", "Graz"];

export const move = action("move_stop", ({ data }) => {
  const from = stops.indexOf(String(data.stop));
  const to = from + (data.direction === "up" ? -1 : 1);
  // Another tab may have moved it to the end before.
  if (from >= 0 && to >= 0 && to < stops.length) stops.splice(to, 0, ...stops.splice(from, 1));
  return changed("stops");
});

export const Stops = region("stops", { depends: "stops" }, () => (
  <ol>
    {stops.map((stop, index) => (
      <li key={stop} id={`stop-${stop}`}>
        <Form action={move} instance={stop}>
          <span>{stop}</span> <input type="hidden" name="stop" value={stop} />
          <button name="direction" value="up" disabled={index === 0} aria-label={`Move ${stop} up`}>↑</button>
          <button
            name="direction"
            value="down"
            disabled={index === stops.length - 1}
            aria-label={`Move ${stop} down`}
          >
            ↓
          </button>
        </Form>
      </li>
    ))}
  </ol>
));

export default function Route() {
  return (
    <>
      <h1>Route</h1>
      <Stops />
    </>
  );
}
