import { region } from "@hyper/actions";

const opened = Date.now();

/** The browser renews it every 30 seconds, while the page is visible. */
export const Uptime = region("uptime", { depends: [], every: 30 }, () => {
  const minutes = Math.floor((Date.now() - opened) / 60_000);
  return <p>{minutes === 1 ? "Running for 1 minute" : `Running for ${minutes} minutes`}</p>;
});

export default function Status() {
  return (
    <>
      <h1>Status</h1>
      <Uptime />
      {/* Without scripts, this link loads the page again. */}
      <p>
        <a href="">Renew</a>
      </p>
    </>
  );
}
