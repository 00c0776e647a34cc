// Starts the phone's page at `/m`. The map is loaded only when it is opened.
import { render } from "preact";
import { openOutbox } from "../state/mobile/outbox.ts";
import { follow, loadSent } from "../state/mobile/sent.ts";
import { followAddress } from "../state/mobile/view.ts";
import { loadCategories } from "../state/mobile/writing.ts";
import { locateMe } from "../state/position.ts";
import { loadTileset, tileset } from "../state/tileset.ts";
import { loadWho } from "../state/who.ts";
import { Mobile } from "../ui/mobile/Mobile.tsx";
import type { MountPicker } from "../ui/mobile/Ways.tsx";
import "../styles/base.css";
import "../styles/answer.css";
import "../styles/mobile.css";
import "../styles/mobile/report.css";
import "../styles/photos.css";

const mountPicker: MountPicker = async (container, onPick) => {
  const [{ mountPicker, webglWorks }] = await Promise.all([import("../map/picker.ts"), loadTileset()]);
  const tiles = tileset.peek();
  if (tiles.state !== "ready" || !webglWorks()) return null;
  return { remove: mountPicker(container, tiles.tiles, onPick) };
};

const page = document.getElementById("page");
if (page) {
  render(<Mobile mountPicker={mountPicker} />, page);
  void locateMe();
  void loadCategories();
  void loadSent().then(() => {
    followAddress(({ id, token }) => void follow(id, token));
    return openOutbox();
  });
  void loadWho();
  // Where the page is read over https, or on the machine itself, it opens without a network from the next time on.
  if (import.meta.env.PROD && "serviceWorker" in navigator) {
    navigator.serviceWorker.register("/offline.js").catch(() => {});
  }
}
