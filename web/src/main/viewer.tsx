// Starts the viewer, the page at `/`.
import { render } from "preact";
import { webglWorks } from "../map/create.ts";
import { mountViewer } from "../map/viewer.ts";
import { followLink } from "../state/link.ts";
import { loadTileset } from "../state/tileset.ts";
import { loadWho } from "../state/who.ts";
import { Viewer } from "../ui/viewer/Viewer.tsx";
import "../styles/base.css";
import "../styles/answer.css";
import "../styles/viewer.css";

const panels = {
  editions: async (container: HTMLElement) => (await import("./editions.tsx")).openEditions(container),
  reports: async (container: HTMLElement) => (await import("./reports.tsx")).openReports(container),
};

const page = document.getElementById("page");
if (page) {
  render(<Viewer webgl={webglWorks()} mountMap={mountViewer} panels={panels} />, page);
  void loadTileset();
  void loadWho();
  followLink();
}
