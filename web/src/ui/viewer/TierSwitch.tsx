// The legend, which is also the switch: how each tier's border is drawn, and which tier is filled.
import type { Tier, TileJson } from "../../api/types.ts";
import { words } from "../../i18n/index.ts";
import { zoom } from "../../state/camera.ts";
import { shownTier, tierAt, tiersOf } from "../../state/tileset.ts";

export function TierSwitch({ tiles }: { tiles: TileJson }) {
  const says = words.value;
  const choices: readonly (Tier | null)[] = [null, ...tiersOf(tiles)];
  // In the automatic setting the tier that is filled now is marked, so that the switch reads as a legend.
  const seen = shownTier.value ?? tierAt(tiles, zoom.value ?? 0);
  return (
    <fieldset class="tiers card">
      <legend class="unseen">{says.map.tierSwitch}</legend>
      {choices.map((tier) => (
        <label key={tier ?? 0} class={tier !== null && tier === seen ? "seen" : ""}>
          <input
            type="radio"
            name="tier"
            checked={shownTier.value === tier}
            onChange={() => {
              shownTier.value = tier;
            }}
          />
          {tier !== null && <i class={`line line-${tier}`} aria-hidden="true" />}
          <span>{tier === null ? says.map.auto : says.tiers[tier]}</span>
        </label>
      ))}
    </fieldset>
  );
}
