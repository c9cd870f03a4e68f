import { action, Form, html, toast } from "@hyper/actions";

let count = 0;

export const pay = action("pay", async () => {
  await new Promise((resolve) => setTimeout(resolve, 500));
  count += 1;
  return [html(<Count />, { target: "#count" }), toast(`Payment ${count} made`)];
});

export function Demo() {
  return (
    <>
      <Count />
      <div class="buttons">
        <Form action={pay}>
          <button>Pay</button>
        </Form>
        <button type="button" class="quiet" data-twice hidden>Send one request three times</button>
      </div>
      <p id="twice" class="box" aria-live="polite" />
    </>
  );
}

const Count = () => <p id="count">Payments so far: {count}</p>;
