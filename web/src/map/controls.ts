// The buttons on the map: closer, farther, everything.
import { effect } from "@preact/signals";
import type { IControl, Map as MapLibre } from "maplibre-gl";
import { type Words, words } from "../i18n/index.ts";
import { wish } from "../state/camera.ts";

const ICONS = {
  zoomIn: "M10 4v12M4 10h12",
  zoomOut: "M4 10h12",
  whole: "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4",
} as const;

function wishForAll(): void {
  wish.value = { to: "all" };
}

/** "Everything" is what `showAll` shows; without it the edition in force. */
export class Controls implements IControl {
  readonly #showAll: () => void;
  readonly #element = document.createElement("div");
  #stop: (() => void) | null = null;

  constructor(showAll: () => void = wishForAll) {
    this.#showAll = showAll;
  }

  onAdd(map: MapLibre): HTMLElement {
    this.#element.className = "maplibregl-ctrl controls";
    const actions: Record<keyof typeof ICONS, () => void> = {
      zoomIn: () => map.zoomIn(),
      zoomOut: () => map.zoomOut(),
      whole: this.#showAll,
    };
    const buttons = (Object.keys(ICONS) as (keyof typeof ICONS)[]).map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.innerHTML = `<svg viewBox="0 0 20 20" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;
      button.addEventListener("click", actions[name]);
      this.#element.append(button);
      return { button, name };
    });
    this.#stop = effect(() => {
      const says: Words["map"] = words.value.map;
      for (const { button, name } of buttons) {
        button.title = says[name];
        button.setAttribute("aria-label", says[name]);
      }
    });
    return this.#element;
  }

  onRemove(): void {
    this.#stop?.();
    this.#element.remove();
  }
}
