import { action, changed, HyperError, region } from "@hyper/actions";

const secret = new TextEncoder().encode(Deno.env.get("WEBHOOK_SECRET") ?? "for development only");
const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
const paid = new Set<string>();

export const orderPaid = action("order_paid", {
  webhook: true,
  // Checks the signature of the bytes, before the data is parsed.
  verify: async (request, body) => {
    const signature = request.headers.get("x-signature") ?? "";
    return /^[0-9a-f]{64}$/.test(signature) &&
      await crypto.subtle.verify("HMAC", key, Uint8Array.fromHex(signature), body);
  },
}, ({ data }) => {
  if (typeof data.order !== "string") throw new HyperError(400, "The order is missing");
  // A service may send an event twice: a set does not change the second time.
  paid.add(data.order);
  return changed("orders");
});

export const Orders = region(
  "orders",
  { depends: "orders" },
  () => <ul>{[...paid].map((order) => <li key={order}>{`Order ${order} is paid`}</li>)}</ul>,
);

export default function Page() {
  return (
    <>
      <h1>Orders</h1>
      <Orders />
    </>
  );
}
