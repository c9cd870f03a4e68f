/** Parses the events of a stream as HTML, 9.2.6, specifies, independently of the code under test. */
export function parseEvents(stream: string): { event: string; data: string; id: string }[] {
  const events = [];
  let [event, data, id] = ["", "", ""];
  for (const line of stream.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/)) {
    if (line === "") {
      if (data !== "") events.push({ event, data: data.slice(0, -1), id });
      [event, data] = ["", ""];
      continue;
    }
    const [, field, value = ""] = /^([^:]*)(?::(?: )?([^]*))?$/.exec(line) ?? [];
    if (field === "event") event = value;
    if (field === "data") data += value + "\n";
    if (field === "id" && !value.includes("\0")) id = value;
  }
  return events;
}
