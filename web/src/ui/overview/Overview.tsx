// The town's overview: how its reports stand over a period, in figures, charts, a shaded map and tables.
import { useEffect } from "preact/hooks";
import { overviewWords } from "../../i18n/overview/index.ts";
import { reportWords } from "../../i18n/reports/index.ts";
import { type Counts, counts, forget, load, loading } from "../../state/overview/counts.ts";
import { backwards, period, tier } from "../../state/overview/period.ts";
import { loadCategories } from "../../state/reports/categories.ts";
import { session, signOut } from "../../state/reports/session.ts";
import { tileset } from "../../state/tileset.ts";
import { DemoNote } from "../DemoNote.tsx";
import { Failed } from "../editions/Failed.tsx";
import { Icon } from "../Icon.tsx";
import { LanguageSwitch } from "../LanguageSwitch.tsx";
import { SignIn } from "../reports/SignIn.tsx";
import { useTitle } from "../title.ts";
import { Who } from "../Who.tsx";
import { Categories } from "./Categories.tsx";
import { Exports } from "./Exports.tsx";
import { Figures } from "./Figures.tsx";
import { Grids, type MountMap } from "./Grids.tsx";
import { Levels, Statuses } from "./Levels.tsx";
import { PeriodChoice } from "./PeriodChoice.tsx";
import { Time } from "./Time.tsx";

export type { MountMap } from "./Grids.tsx";

export function Overview({ mountMap }: { mountMap: MountMap }) {
  const says = overviewWords.value;
  const now = session.value;
  const signedIn = now.state === "in";
  useTitle(says.title);
  return (
    <>
      <header class="top">
        <h1>{says.title}</h1>
        <a class="button quiet to-map" href="/" title={says.toMap}>
          <Icon name="map" />
          <span>{says.toMap}</span>
        </a>
        {signedIn && now.key !== null && (
          <button type="button" class="button quiet" onClick={signOut}>
            {reportWords.value.signIn.out}
          </button>
        )}
        <LanguageSwitch />
        <Who />
      </header>
      <main class="overview">
        {signedIn ? (
          <Counted mountMap={mountMap} />
        ) : (
          <div class="card entrance">
            <SignIn />
          </div>
        )}
      </main>
    </>
  );
}

function Counted({ mountMap }: { mountMap: MountMap }) {
  const says = overviewWords.value;
  const now = counts.value;
  const [{ since, until }, at] = [period.value, tier.value];
  useEffect(() => {
    void loadCategories();
    return forget;
  }, []);
  useEffect(() => {
    if (!backwards.peek()) void load();
  }, [since, until, at]);
  const tiles = tileset.value;
  return (
    <>
      <div class="choices">
        <PeriodChoice />
        <Exports />
      </div>
      <p class="unseen" role="status">
        {loading.value
          ? says.loading
          : now.state === "ready" && !backwards.value
            ? says.counted(now.stats.total.reports)
            : ""}
      </p>
      {/* Counts of another period would be read as the answer to this one. */}
      {!backwards.value && <Answer now={now} mountMap={mountMap} />}
      {tiles.state === "ready" && <DemoNote edition={tiles.tiles.name} />}
    </>
  );
}

function Answer({ now, mountMap }: { now: Counts; mountMap: MountMap }) {
  const says = overviewWords.value;
  return (
    <>
      {now.state === "failed" && <Failed problem={now.problem} retry={() => void load()} />}
      {now.state === "ready" && (
        <div class="counts" aria-busy={loading.value} data-reports={now.stats.total.reports}>
          <Figures total={now.stats.total} of={now.of} />
          {now.stats.total.reports === 0 && <p class="nothing">{says.nothing}</p>}
          <Levels total={now.stats.total} />
          <Statuses total={now.stats.total} />
          <Categories stats={now.stats} />
          <Time stats={now.stats} of={now.of} />
          <Grids stats={now.stats} tier={now.tier} mountMap={mountMap} />
        </div>
      )}
      {now.state === "none" && loading.value && <p class="waiting">{says.loading}</p>}
    </>
  );
}
