// Starts the town's overview, the page at `/overview`. The map is loaded once somebody is signed in.
import { render } from "preact";
import { signInAgain } from "../state/reports/session.ts";
import { loadTileset, tileset } from "../state/tileset.ts";
import { loadWho } from "../state/who.ts";
import { type MountMap, Overview } from "../ui/overview/Overview.tsx";
import "../styles/base.css";
import "../styles/editions/panel.css";
import "../styles/editions/forms.css";
import "../styles/overview.css";

const mountMap: MountMap = async (container) => {
  const [{ mountShading, webglWorks }] = await Promise.all([import("../map/overview/shading.ts"), loadTileset()]);
  const tiles = tileset.peek();
  if (tiles.state !== "ready" || !webglWorks()) return null;
  return mountShading(container, tiles.tiles);
};

const page = document.getElementById("page");
if (page) {
  render(<Overview mountMap={mountMap} />, page);
  void signInAgain();
  void loadWho();
}
