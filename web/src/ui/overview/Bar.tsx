// A bar in a row of a table: the numbers stand beside it.
export function Bar({ parts, of, kinds }: { parts: readonly number[]; of: number; kinds: readonly string[] }) {
  let from = 0;
  return (
    <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      {parts.map((part, at) => {
        const width = of > 0 ? (part / of) * 100 : 0;
        const x = from;
        from += width;
        return <rect key={kinds[at]} class={kinds[at]} x={x} y="0" width={width} height="10" />;
      })}
    </svg>
  );
}
