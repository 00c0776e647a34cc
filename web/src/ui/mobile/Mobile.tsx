// The phone's page: asks where one is and says, in large type, which grid that is and who answers there.
import { words } from "../../i18n/index.ts";
import { mobileWords } from "../../i18n/mobile/index.ts";
import { answer, ask } from "../../state/answer.ts";
import { go, view } from "../../state/mobile/view.ts";
import { locateMe, position } from "../../state/position.ts";
import { DemoNote } from "../DemoNote.tsx";
import { announcement, Grids, Warnings } from "../Grids.tsx";
import { Icon } from "../Icon.tsx";
import { LanguageSwitch } from "../LanguageSwitch.tsx";
import { Team } from "../Team.tsx";
import { useTitle } from "../title.ts";
import { Who } from "../Who.tsx";
import { Certainty, doubtful } from "./Certainty.tsx";
import { Mine } from "./Mine.tsx";
import { ReportForm } from "./ReportForm.tsx";
import { Tabs } from "./Tabs.tsx";
import { type MountPicker, Ways } from "./Ways.tsx";
import { Work } from "./Work.tsx";

export function Mobile({ mountPicker }: { mountPicker: MountPicker }) {
  const says = words.value.mobile;
  useTitle(says.title);
  return (
    <>
      <header class="top">
        <h1>{says.title}</h1>
        <span class="with-who">
          <LanguageSwitch />
          <Who />
        </span>
      </header>
      <main>
        {view.value === "here" && <Here mountPicker={mountPicker} />}
        {view.value === "report" && <ReportForm mountPicker={mountPicker} />}
        {view.value === "mine" && <Mine />}
        {view.value === "work" && <Work />}
      </main>
      <Tabs />
    </>
  );
}

function Here({ mountPicker }: { mountPicker: MountPicker }) {
  const now = answer.value;
  return (
    <>
      <p class="unseen announcement" role="status">
        {now.state === "answered" ? announcement(now.answer) : ""}
      </p>
      <Result />
      <Ways mountPicker={mountPicker} />
      {now.state === "answered" && <DemoNote edition={now.answer.edition} />}
      <p class="full">
        <a href="/">{words.value.mobile.fullMap}</a>
      </p>
    </>
  );
}

/** Wherever there is a place, whatever the service says to it. */
function ReportHere() {
  return (
    <button type="button" class="button strong report-here" onClick={() => go("report")}>
      <Icon name="camera" />
      {mobileWords.value.report.here}
    </button>
  );
}

function Result() {
  const from = position.value;
  const now = answer.value;
  const all = words.value;
  const says = all.mobile;
  if (from.from === "failure") {
    return (
      <section class="failure" role="alert" data-why={from.why}>
        <h2>{says[from.why]}</h2>
        <p>{says[`${from.why}Text`]}</p>
        {from.why !== "insecure" && <Again strong />}
      </section>
    );
  }
  if (now.state === "failed") {
    return (
      <section class="failure" role="alert">
        <h2>{now.problem ? all.failedService(now.problem.detail ?? now.problem.title) : all.failedNetwork}</h2>
        <button type="button" class="button strong" onClick={() => void ask(now.query)}>
          {all.retry}
        </button>
        <ReportHere />
      </section>
    );
  }
  if (now.state !== "answered") {
    return (
      <section class="waiting">
        <i class="pulse" aria-hidden="true" />
        <h2>{from.from === "asking" ? says.asking : says.looking}</h2>
        {from.from === "asking" && <p>{says.askingHint}</p>}
      </section>
    );
  }
  return (
    <section class="result" data-state="answered" data-unsure={doubtful(now.answer)}>
      <p class="source">
        <Icon name="target" />
        {from.from === "device" ? says.accuracy(from.accuracyM) : from.from === "map" ? says.chosen : says.typed}
      </p>
      <ReportHere />
      <Certainty answer={now.answer} />
      {doubtful(now.answer) && now.answer.grids.length > 0 && <p class="caption owns">{says.ownsPoint}</p>}
      <Grids answer={now.answer} />
      <Warnings answer={now.answer} />
      {now.answer.grids.length > 0 && <Team answer={now.answer} />}
      <Again />
    </section>
  );
}

function Again({ strong = false }: { strong?: boolean }) {
  return (
    <button type="button" class={strong ? "button strong" : "button"} onClick={() => void locateMe()}>
      <Icon name="target" />
      {words.value.mobile.again}
    </button>
  );
}
