import {
  action,
  AddRow,
  cleanupExtraInitial,
  defineForm,
  defineFormset,
  Field,
  field,
  Form,
  FormErrors,
  html,
  MoveRow,
  RemoveRow,
  RowNumber,
  Rows,
  toast,
} from "@hyper/actions";

const GuestForm = defineForm("seat", {
  fields: {
    name: field.text({ label: "Name", required: true, maxlength: 40 }),
    meal: field.select({ label: "Meal", choices: ["Fish", "Stew", "Salad"], initial: "Stew", required: true }),
  },
});

// Extra rows have no initial values, so that an unused row is ignored.
const GuestList = cleanupExtraInitial(defineFormset(GuestForm, {
  prefix: "guests",
  min: 1,
  max: 6,
  extra: 1,
  canDelete: true,
  canOrder: true,
  getInitial: () => [{ name: "Ada", meal: "Fish" }, { name: "Grace", meal: "Stew" }],
  clean(rows, { addError }) {
    const names = rows.map(({ name }) => name);
    if (new Set(names).size < names.length) addError("", "Two guests have the same name");
  },
}));

export const seatGuests = action("seat_guests", { form: GuestList }, ({ form }) => {
  // In order, without the deleted rows.
  const guests = form.values.map(({ name, meal }) => `${name} (${meal})`).join(", ");
  return [html(guests, { target: "#seated", swap: "inner" }), toast(`${form.values.length} guests saved`)];
});

export function Demo() {
  return (
    <>
      <Form action={seatGuests} novalidate>
        <FormErrors title="The guests are not seated yet" />
        <Rows class="rows">
          {() => (
            <fieldset class="row">
              <legend>
                Guest <RowNumber />
              </legend>
              <Field name="name" />
              <Field name="meal" />
              <div class="buttons">
                <RemoveRow class="quiet" />
                <MoveRow class="quiet" />
              </div>
            </fieldset>
          )}
        </Rows>
        <div class="buttons">
          <button>Save guests</button>
          <AddRow class="quiet">Add guest</AddRow>
        </div>
      </Form>
      <p id="seated" class="box" />
    </>
  );
}
