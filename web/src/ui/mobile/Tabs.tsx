// The three parts of the phone's page: where one is, one's own reports, and the work of one's grid.
import { mobileWords } from "../../i18n/mobile/index.ts";
import { drafts } from "../../state/mobile/outbox.ts";
import { fresh } from "../../state/mobile/staff.ts";
import { go, type View, view } from "../../state/mobile/view.ts";
import { Icon, type IconName } from "../Icon.tsx";

const TABS: readonly { readonly to: Exclude<View, "report">; readonly icon: IconName }[] = [
  { to: "here", icon: "target" },
  { to: "mine", icon: "editions" },
  { to: "work", icon: "party" },
];

export function Tabs() {
  const says = mobileWords.value;
  const badges = { here: 0, mine: drafts.value.length, work: fresh.value.size };
  const current = view.value === "report" ? "here" : view.value;
  return (
    <nav class="tabs" aria-label={says.viewsLabel}>
      {TABS.map(({ to, icon }) => (
        <button key={to} type="button" aria-current={current === to ? "page" : undefined} onClick={() => go(to)}>
          <Icon name={icon} />
          <span>{says.views[to]}</span>
          {badges[to] > 0 && <b class="badge">{badges[to]}</b>}
        </button>
      ))}
    </nav>
  );
}
