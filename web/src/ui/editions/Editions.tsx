// The panel of the editions, with the maps that belong to it.
import { useEffect, useRef } from "preact/hooks";
import { editionWords } from "../../i18n/editions/index.ts";
import { insets } from "../../state/camera.ts";
import { desk } from "../../state/desk.ts";
import { edition } from "../../state/editions/list.ts";
import { openList, type Page, page, said } from "../../state/editions/page.ts";
import { session, signInAgain } from "../../state/editions/session.ts";
import { divider, showMap, stage } from "../../state/editions/stage.ts";
import { resume } from "../../state/editions/work.ts";
import { Desk } from "../Desk.tsx";
import { Compare } from "./Compare.tsx";
import { Divider } from "./Divider.tsx";
import { Edition } from "./Edition.tsx";
import { List, Standing } from "./List.tsx";
import { SignIn } from "./SignIn.tsx";
import { UploadPage } from "./Upload.tsx";
import { WorkProgress } from "./WorkProgress.tsx";

/** `mountStage` comes from outside: panels and map know each other by the state only. */
export interface EditionsProps {
  readonly mountStage: ((container: HTMLElement) => () => void) | null;
}

export function Editions({ mountStage }: EditionsProps) {
  const says = editionWords.value;
  const panel = useRef<HTMLElement>(null);
  const maps = useRef<HTMLDivElement>(null);
  const now = page.value;
  useEffect(() => {
    void signInAgain().then((jobs) => {
      void resume(jobs);
      openList();
    });
    return showMap;
  }, []);
  useEffect(() => (maps.current && mountStage ? mountStage(maps.current) : undefined), [mountStage]);
  const covers = stage.value.shows !== "map";
  useEffect(() => {
    const below = document.querySelector("main");
    below?.toggleAttribute("inert", covers);
    return () => below?.removeAttribute("inert");
  }, [covers]);
  return (
    <>
      <div
        class="stage"
        hidden={!covers}
        style={{
          "--covered": `${insets.value.left}px`,
          "--share": divider.value,
          "--above": `${insets.value.top}px`,
          "--below": `${insets.value.bottom}px`,
        }}
      >
        <div class="stage-maps" ref={maps} />
        {stage.value.shows === "comparison" && <Divider before={stage.value.before} after={stage.value.after} />}
      </div>
      <Desk
        panel={panel}
        says={says}
        page={now.at}
        at={JSON.stringify(now)}
        title={titleOf(now)}
        beside={now.at === "edition" && <Stands name={now.name} />}
        said={said.value}
        onBack={openList}
        onClose={close}
      >
        {/* A key that was revoked meanwhile is asked for wherever that shows. */}
        {now.at !== "list" && session.value.state === "refused" && <SignIn />}
        {now.at === "list" && (
          <>
            <WorkProgress />
            <List />
          </>
        )}
        {now.at === "upload" && <UploadPage />}
        {now.at === "edition" && <Edition key={now.name} name={now.name} />}
        {now.at === "comparison" && <Compare before={now.before} after={now.after} />}
      </Desk>
    </>
  );
}

function titleOf(now: Page): string {
  const says = editionWords.value;
  switch (now.at) {
    case "list":
      return says.title;
    case "upload":
      return says.upload.title;
    case "edition":
      return now.name;
    case "comparison":
      return says.compare.title;
  }
}

function Stands({ name }: { name: string }) {
  const info = edition(name);
  return info ? <Standing edition={info} /> : null;
}

/** Closing gives the keyboard back to the button that opened it. */
function close(): void {
  desk.value = null;
  document.querySelector<HTMLElement>(".open-editions")?.focus();
}
