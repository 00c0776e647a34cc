// Says so when the circle the phone may be in meets more than one grid, and how likely each is.
import type { LocateAnswer } from "../../api/types.ts";
import { words } from "../../i18n/index.ts";
import { percent } from "../../lib/measure.ts";

/** A coarse position meets very many grids; the largest shares are what a person can use. */
const MOST = 5;

/** Less than this part of the circle outside of every grid is a rounding of its edge. */
const OUTSIDE_COUNTS = 0.005;

export function doubtful({ candidates }: LocateAnswer): boolean {
  if (!candidates || candidates.length === 0) return false;
  return candidates.length > 1 || outside(candidates) >= OUTSIDE_COUNTS;
}

function outside(candidates: readonly { share: number }[]): number {
  return 1 - candidates.reduce((sum, { share }) => sum + share, 0);
}

export function Certainty({ answer }: { answer: LocateAnswer }) {
  if (!answer.candidates || !doubtful(answer)) return null;
  const says = words.value.mobile;
  const rest = outside(answer.candidates);
  return (
    <section class="unsure">
      <h2>{says.unsure}</h2>
      <p>{says.unsureText}</p>
      <ul>
        {answer.candidates.slice(0, MOST).map(({ code, name, share }) => (
          <Share key={code} code={code} name={name} share={share} />
        ))}
        {rest >= OUTSIDE_COUNTS && <Share code="" name={says.outsideShare} share={rest} />}
      </ul>
    </section>
  );
}

function Share({ code, name, share }: { code: string; name: string; share: number }) {
  return (
    <li data-code={code} style={`--share: ${(share * 100).toFixed(1)}%`}>
      <span class="name">{name}</span>
      <span class="percent">{percent(share)}</span>
    </li>
  );
}
