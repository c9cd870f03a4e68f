import { highlight } from "./highlight.ts";

/** What `<Code>` takes. */
export interface CodeProps {
  /** The source. */
  readonly source: string;
  /** Its language, as after a Markdown fence. */
  readonly language: string;
  /** What it is called: the name of its file. Default: nothing. */
  readonly caption?: string | undefined;
}

/** Source code, escaped and coloured. It takes the focus, so that the keyboard can scroll it. */
export function Code({ source, language, caption }: CodeProps) {
  const code = (
    <pre tabindex={0} role="group" aria-label={caption ?? "Example"}>
      <code>
        {highlight(source, language).map(({ kind, text }, index) =>
          kind === null ? text : <span key={index} class={`t-${kind}`}>{text}</span>
        )}
      </code>
    </pre>
  );
  if (caption === undefined) return code;
  return (
    <figure class="file">
      <figcaption>{caption}</figcaption>
      {code}
    </figure>
  );
}
