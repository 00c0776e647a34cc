// The search box: a combobox after the ARIA pattern, with the keyboard it promises.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { FoundGrid } from "../../api/types.ts";
import { words } from "../../i18n/index.ts";
import { findings, query, show } from "../../state/search.ts";
import { Icon } from "../Icon.tsx";

export function Search() {
  const says = words.value;
  const open = useSignal(false);
  const active = useSignal(-1);
  const input = useRef<HTMLInputElement>(null);
  const found = findings.value;
  const grids = found.state === "found" ? found.grids : [];
  const listed = open.value && grids.length > 0;

  const choose = (grid: FoundGrid): void => {
    open.value = false;
    query.value = "";
    show(grid);
    input.current?.blur();
  };
  const move = (step: number): void => {
    open.value = true;
    if (grids.length > 0) active.value = (active.value + step + grids.length) % grids.length;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return; // The Enter that ends pinyin input chooses a character, not a grid.
    const chosen = grids[Math.max(active.value, 0)];
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter" && listed && chosen) choose(chosen);
    else if (event.key === "Escape" && query.value !== "") query.value = "";
    else return;
    event.preventDefault();
  };

  return (
    <search class="search">
      <Icon name="search" />
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label={says.search.label}
        aria-expanded={listed}
        aria-controls="found"
        aria-autocomplete="list"
        aria-activedescendant={listed && active.value >= 0 ? `found-${active.value}` : undefined}
        placeholder={says.search.hint}
        autocomplete="off"
        spellcheck={false}
        value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
          active.value = -1;
          open.value = true;
        }}
        onFocus={() => {
          open.value = true;
        }}
        onBlur={() => {
          open.value = false;
        }}
        onKeyDown={onKeyDown}
      />
      {query.value !== "" && (
        <button
          type="button"
          class="plain"
          aria-label={says.search.clear}
          onClick={() => {
            query.value = "";
            input.current?.focus();
          }}
        >
          <Icon name="close" />
        </button>
      )}
      <p class="unseen" role="status">
        {open.value && found.state === "found" ? says.search.found(grids.length) : ""}
      </p>
      <div id="found" class="found card" role="listbox" aria-label={says.search.label} hidden={!listed}>
        {grids.map((grid, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keyboard, as the combobox pattern asks
          <div
            key={grid.code}
            id={`found-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active.value}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(grid)}
          >
            <span class={`tier tier-${grid.tier}`}>{says.tiers[grid.tier]}</span>
            <span class="name">{grid.name}</span>
            <code>{grid.code}</code>
            <small>{[grid.party_group, grid.leader].filter(Boolean).join(" · ")}</small>
          </div>
        ))}
      </div>
      {open.value && found.state === "found" && grids.length === 0 && <p class="found card none">{says.search.none}</p>}
      {open.value && found.state === "failed" && (
        <p class="found card none">{found.problem ? says.failedService(found.problem.title) : says.failedNetwork}</p>
      )}
    </search>
  );
}
