import {
  action,
  AddRow,
  changed,
  defineForm,
  defineFormset,
  Field,
  field,
  Form,
  FormErrors,
  type PageProps,
  RemoveRow,
  Rows,
  toast,
} from "@hyper/actions";
import { CALENDAR } from "../../../bookings.ts";
import { database } from "../../../database.ts";
import { hoursOf, saveHours } from "../../../hours.ts";
import { texts } from "../../../language.ts";
import { member, staffOnly } from "../../../session.ts";
import type { Texts } from "../../../texts.ts";
import type { RootContext } from "../../page.tsx";

/** Returns the formset of the hours. A time is on the half hour, as the calendar is. */
function hoursForm(t: Texts) {
  const time = (label: string) => field.time({ label, required: true, step: 1800 });
  const row = defineForm("hours", {
    fields: {
      weekday: field.select({
        label: t.weekday,
        required: true,
        choices: t.weekdays.map((label, index) => ({ value: String(index + 1), label })),
      }),
      opens: time(t.opens),
      closes: time(t.closes),
    },
    clean({ opens, closes }, { addError }) {
      if (opens >= closes) addError("closes", t.closesLater);
    },
  });
  return defineFormset(row, { prefix: "hours", max: 30, extra: 0, canDelete: true });
}

export const save = action("save_hours", {
  guard: staffOnly,
  form: async ({ deps }) => {
    const rows = hoursOf(await deps.get(database), (await deps.get(member)).name);
    return [hoursForm(await deps.get(texts)), { initial: rows }] as const;
  },
  inject: { database, member, texts },
}, ({ form, database, member, texts }) => {
  saveHours(database, member.name, form.values);
  return [changed(CALENDAR), toast(texts.hoursSaved)];
});

/** Admits the staff only. */
export const render = staffOnly;

type Props = PageProps<"/staff/hours", RootContext>;

export const head = ({ context: { t } }: Props) => <title>{t.hours}</title>;

export default function HoursPage({ context: { t } }: Props) {
  return (
    <>
      <h1>{t.hours}</h1>
      <Form action={save} hyper-confirm-unsaved={t.leave}>
        <FormErrors />
        <Rows>
          {() => (
            <div class="filters">
              <Field name="weekday" />
              <Field name="opens" />
              <Field name="closes" />
              <RemoveRow />
            </div>
          )}
        </Rows>
        <p class="filters">
          <AddRow>{t.addHours}</AddRow>
          <button type="submit">{t.save}</button>
        </p>
      </Form>
    </>
  );
}
