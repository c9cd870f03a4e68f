import { action, event, Form, toast } from "@hyper/actions";

export const sayDone = action("say_done", () => toast("Done"));

// An object: `level` becomes `data-level`, for the style sheet. Listeners receive the whole object.
export const warn = action("warn", () => toast({ message: "The kettle is hot", level: "warning" }));

// A custom event for scripts of the page. It bubbles from the first match of the target.
export const ring = action("ring", () => event("bell:rung", { times: 3 }, { target: "#bell" }));

export function Demo() {
  return (
    <>
      <div class="buttons">
        <Form action={sayDone}>
          <button>Toast</button>
        </Form>
        <Form action={warn}>
          <button>Warning</button>
        </Form>
        <Form action={ring}>
          <button>Event</button>
        </Form>
      </div>
      <p id="bell" class="box" aria-live="polite">The bell is silent</p>
    </>
  );
}
