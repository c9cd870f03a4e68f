import { action, changed, createMemoryStore, Form, region } from "@hyper/actions";
import { sessions } from "@hyper/actions/session";
import { z } from "zod";

let likes = 41;
const session = sessions({ store: createMemoryStore(), values: { liked: z.boolean() } });

export const like = action("like", { inject: { session } }, ({ session }) => {
  const isLiked = session.get("liked") === true;
  session.set("liked", !isLiked);
  likes += isLiked ? -1 : 1;
  return changed("likes");
});

export const Like = region("like", { depends: "likes", inject: { session } }, ({ session }) => (
  <div>
    <Form action={like}>
      <button aria-pressed={session.get("liked") === true}>Like</button>
    </Form>
    <p role="status">{`${likes} people like this`}</p>
  </div>
));

export default function Article() {
  return (
    <>
      <h1>On tea</h1>
      <Like />
    </>
  );
}
