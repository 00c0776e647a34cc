// Known addresses, from a table: how many would change hands, and where.
import { useId } from "preact/hooks";
import type { ComparedPlaces } from "../../api/types.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { boxAround } from "../../lib/boxes.ts";
import { countPlaces, places } from "../../state/editions/comparison.ts";
import { flight } from "../../state/editions/stage.ts";
import { Failed } from "./Failed.tsx";

const MOST = 200;

export function Places({ before, after }: { before: string; after: string }) {
  const says = editionWords.value.compare;
  const now = places.value;
  const hint = useId();
  return (
    <details class="places">
      <summary>{says.places}</summary>
      <p class="note" id={hint}>
        {says.placesHint}
      </p>
      <label class="button choose">
        {says.choosePlaces}
        <input
          type="file"
          class="unseen"
          accept=".csv,text/csv"
          aria-describedby={hint}
          onChange={(event) => {
            const [table] = event.currentTarget.files ?? [];
            if (table) void countPlaces(before, after, table);
            event.currentTarget.value = "";
          }}
        />
      </label>
      <div role="status">
        {now.state === "counting" && <p class="waiting">{says.counting}</p>}
        {now.state === "counted" && <Counted found={now.found} />}
      </div>
      {now.state === "failed" && <Failed problem={now.problem} />}
    </details>
  );
}

function Counted({ found }: { found: ComparedPlaces }) {
  const says = editionWords.value;
  const text = (count: number): string => count.toLocaleString("en");
  const left = found.left_out + Math.max(0, found.places.length - MOST);
  return (
    <>
      <p class="counted">{says.compare.counted(text(found.rows), text(found.changed.any), text(found.handed_over))}</p>
      {found.errors > 0 && (
        <p class="wrong">
          {says.compare.unreadable(text(found.errors))} <span lang="en">{found.first_error}</span>
        </p>
      )}
      <ul>
        {found.places.slice(0, MOST).map((place) => (
          <li key={`${place.lon} ${place.lat} ${place.label}`}>
            <button
              type="button"
              class="problem"
              onClick={() => {
                flight.value = boxAround([place.lon, place.lat]);
              }}
            >
              <span class="who">
                {place.label || `${place.lon}, ${place.lat}`}
                <small>
                  {smallest(place.from) ?? says.compare.outside} → {smallest(place.to) ?? says.compare.outside}
                </small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {left > 0 && <p class="note">{says.work.more(left)}</p>}
    </>
  );
}

type Owners = ComparedPlaces["places"][number]["from"];

const smallest = ({ tier1, tier2, tier3 }: Owners): string | null => tier3 ?? tier2 ?? tier1 ?? null;
