// The grids that something found is about: names where they are known, codes always.
import { reported } from "../../state/editions/report.ts";

function nameOf(code: string): string | undefined {
  const now = reported.value;
  const name = now.state === "loaded" ? now.report.names[code] : undefined;
  return name === code ? undefined : name;
}

/** For a sentence. */
export function called(code: string): string {
  const name = nameOf(code);
  return name === undefined ? code : `${name}（${code}）`;
}

export function Who({ codes }: { codes: readonly string[] }) {
  return <>{codes.map((code) => [nameOf(code), code].filter(Boolean).join(" ")).join(" · ")}</>;
}
