import { highlight } from "./highlight.ts";

/** Props of `<Code>`. */
export interface CodeProps {
  /** Source code. */
  readonly source: string;
  /** Language, as after a Markdown fence. */
  readonly language: string;
  /** File name. Default: none. */
  readonly caption?: string | undefined;
}

/** Highlighted source code. It can receive the focus, so that the keyboard can scroll it. */
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
  if (caption === undefined) return <div class="code">{code}</div>;
  return (
    <figure class="file">
      <figcaption>{caption}</figcaption>
      {code}
    </figure>
  );
}
