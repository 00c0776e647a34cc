// Ways on without the phone's position: tap a small map, or type coordinates.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Crs } from "../../api/types.ts";
import { words } from "../../i18n/index.ts";
import { type Place, parsePlace } from "../../lib/place.ts";
import { point, position, say } from "../../state/position.ts";
import { Icon } from "../Icon.tsx";

/** Loads the map and puts it into the container; the result takes it away. Null if it can't be drawn. */
export type MountPicker = (
  container: HTMLElement,
  onPick: (place: Place) => void,
) => Promise<{ remove: () => void } | null>;

export function Ways({ mountPicker }: { mountPicker: MountPicker }) {
  const says = words.value.mobile;
  const way = useSignal<"map" | "type" | null>(null);
  const toggle = (wanted: "map" | "type"): void => {
    way.value = way.value === wanted ? null : wanted;
  };
  // Where there is no position these are what to do next, and stand out.
  const needed = position.value.from === "failure";
  return (
    <section class="ways" data-needed={needed}>
      <div class="choices">
        <button type="button" class="button" aria-expanded={way.value === "map"} onClick={() => toggle("map")}>
          <Icon name="map" />
          {way.value === "map" ? says.closeMap : says.openMap}
        </button>
        <button type="button" class="button" aria-expanded={way.value === "type"} onClick={() => toggle("type")}>
          <Icon name="keys" />
          {says.type}
        </button>
      </div>
      {way.value === "map" && <SmallMap mountPicker={mountPicker} />}
      {way.value === "type" && <Typed />}
    </section>
  );
}

function SmallMap({ mountPicker }: { mountPicker: MountPicker }) {
  const container = useRef<HTMLDivElement>(null);
  const broken = useSignal(false);
  useEffect(() => {
    let gone = false;
    let remove = (): void => {};
    if (container.current) {
      void mountPicker(container.current, point).then((map) => {
        if (!map) broken.value = true;
        else if (gone) map.remove();
        else remove = map.remove;
      });
    }
    return () => {
      gone = true;
      remove();
    };
  }, [mountPicker, broken]);
  return (
    <>
      <p class="map-hint">{broken.value ? words.value.broken.text : words.value.mobile.mapHint}</p>
      <div class="small-map" ref={container} hidden={broken.value} />
    </>
  );
}

const SYSTEMS: readonly Crs[] = ["wgs84", "gcj02", "bd09"];

function Typed() {
  const says = words.value.mobile;
  const wrong = useSignal(false);
  const text = useRef<HTMLInputElement>(null);
  const crs = useRef<HTMLSelectElement>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    const at = parsePlace(text.current?.value ?? "");
    wrong.value = at === null;
    if (at) say(at, (crs.current?.value ?? "wgs84") as Crs);
    else text.current?.focus();
  };
  return (
    <form class="typed" onSubmit={submit} noValidate>
      <label for="coordinates">{says.typeLabel}</label>
      <input
        ref={text}
        id="coordinates"
        placeholder={says.typeHint}
        autocomplete="off"
        aria-invalid={wrong.value}
        aria-describedby={wrong.value ? "coordinates-wrong" : undefined}
      />
      {wrong.value && (
        <p id="coordinates-wrong" class="wrong" role="alert">
          {says.typeBad}
        </p>
      )}
      <label for="crs">{says.crs}</label>
      <select ref={crs} id="crs">
        {SYSTEMS.map((system) => (
          <option key={system} value={system}>
            {says.crsNames[system as "wgs84" | "gcj02" | "bd09"]}
          </option>
        ))}
      </select>
      <button type="submit" class="button strong">
        {says.find}
      </button>
    </form>
  );
}
