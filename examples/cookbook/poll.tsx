import { action, changed, defineForm, field, Form, region, toast } from "@hyper/actions";

const votes = new Map([["Tea", 0], ["Coffee", 0]]);

const VoteForm = defineForm("vote", {
  fields: { drink: field.radio({ label: "Your favorite", choices: [...votes.keys()], required: true }) },
});

export const vote = action("vote", { form: VoteForm, rate: { limit: 3, seconds: 60 } }, ({ form }) => {
  const { drink } = form.values;
  votes.set(drink, (votes.get(drink) ?? 0) + 1);
  // Renders the result again in every tab that shows it.
  return [changed("votes"), toast(`You voted for ${drink}`)];
});

export const Result = region("votes", { depends: "votes" }, () => (
  <dl>
    {[...votes].map(([drink, count]) => (
      <div key={drink}>
        <dt>{drink}</dt>
        <dd>{count}</dd>
      </div>
    ))}
  </dl>
));

export default function Poll() {
  return (
    <>
      <h1>Tea or coffee?</h1>
      <Form action={vote} submit="Vote" />
      <h2>Result</h2>
      <Result />
    </>
  );
}
