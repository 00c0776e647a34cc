// What was reported from this phone: what still waits, and how the others stand.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { mobileWords } from "../../i18n/mobile/index.ts";
import { drafts } from "../../state/mobile/outbox.ts";
import { forgetSent, refresh, type Sent, sent, stale } from "../../state/mobile/sent.ts";
import { followLink, go, misled } from "../../state/mobile/view.ts";
import { nameOf } from "../../state/mobile/writing.ts";
import { holderOf } from "../holder.ts";
import { saidIn } from "../said.ts";
import { Outbox } from "./Outbox.tsx";
import { Photos } from "./Photos.tsx";
import { placeOf, StatusChip, Story } from "./Story.tsx";

const PERIOD_MS = 15_000;

export function Mine() {
  const says = mobileWords.value;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    title.current?.focus();
    void refresh();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void refresh();
    }, PERIOD_MS);
    const online = (): void => void refresh();
    addEventListener("online", online);
    return () => {
      clearInterval(timer);
      removeEventListener("online", online);
    };
  }, []);
  const empty = drafts.value.length === 0 && sent.value.length === 0;
  return (
    <section class="mine">
      <h2 ref={title} tabIndex={-1}>
        {says.titles.mine}
      </h2>
      {misled.value && (
        <p class="wrong" role="alert">
          {says.mine.gone}
        </p>
      )}
      <Outbox />
      {stale.value && (
        <p class="note-stale" role="status">
          {says.mine.offline}
        </p>
      )}
      {empty && (
        <>
          <p>{says.mine.none}</p>
          <button type="button" class="button strong" onClick={() => go("here")}>
            {says.mine.start}
          </button>
        </>
      )}
      <ul class="cards">
        {sent.value.map((one, at) => (
          <li key={one.id}>
            <SentCard one={one} first={at === 0} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function SentCard({ one, first }: { one: Sent; first: boolean }) {
  const says = mobileWords.value;
  const open = useSignal(first);
  const { report } = one;
  if (one.gone || !report) {
    return (
      <article class="report-card">
        <p>
          {says.mine.number} <code>{one.id}</code>
        </p>
        <p>{one.gone ? says.mine.gone : says.mine.offline}</p>
        <Forget id={one.id} />
      </article>
    );
  }
  return (
    <article class="report-card" data-id={one.id}>
      <button type="button" class="card-head" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
        <span>
          <strong>{nameOf(report.category)}</strong>
          <small>{says.time(report.created_at)}</small>
        </span>
        <StatusChip status={report.status} />
      </button>
      <WentTo one={one} />
      {open.value && (
        <>
          <p class="description">{saidIn(report)}</p>
          <Photos id={one.id} access={{ token: one.token }} turn={drafts.value.length} />
          <Story report={report} />
          <CopyLink one={one} />
          <Forget id={one.id} />
        </>
      )}
    </article>
  );
}

function WentTo({ one: { report } }: { one: Sent }) {
  const says = mobileWords.value;
  if (!report) return null;
  const { level, grid, party_group, leader } = holderOf(report);
  const unplaced = report.assignment.rule === "unassigned" && report.status === "reported";
  return (
    <dl class="went-to">
      <div>
        <dt>{says.mine.to}</dt>
        <dd class="holder" data-level={level}>
          {unplaced ? says.mine.byTown : [says.level[level], grid?.name, party_group].filter(Boolean).join(" · ")}
        </dd>
      </div>
      {leader && (
        <div>
          <dt>{says.mine.leader}</dt>
          <dd class="leader-name">
            {leader.name} {leader.phone}
          </dd>
        </div>
      )}
      {report.assignment.grids.length > 0 && (
        <div>
          <dt>{says.work.where}</dt>
          <dd>{placeOf(report)}</dd>
        </div>
      )}
      <div>
        <dt>{says.mine.number}</dt>
        <dd>
          <code>{report.id}</code>
        </dd>
      </div>
    </dl>
  );
}

function CopyLink({ one }: { one: Sent }) {
  const says = mobileWords.value.mine;
  const copied = useSignal(false);
  const link = followLink(one);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link);
      copied.value = true;
    } catch {
      // The link stands below to be copied by hand.
    }
  };
  return (
    <div class="follow">
      <button type="button" class="button" onClick={() => void copy()}>
        {copied.value ? says.copied : says.link}
      </button>
      <p class="hint">
        {says.linkNote}：<a href={link}>{link}</a>
      </p>
    </div>
  );
}

function Forget({ id }: { id: string }) {
  const says = mobileWords.value.mine;
  const forget = (): void => {
    if (confirm(says.forgetAsk)) void forgetSent(id);
  };
  return (
    <button type="button" class="button quiet" onClick={forget}>
      {says.forget}
    </button>
  );
}
