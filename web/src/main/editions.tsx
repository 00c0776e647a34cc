// The panel of the editions, loaded when it is opened: joins its map and its panel.
import { render } from "preact";
import { webglWorks } from "../map/create.ts";
import { mountStage } from "../map/editions/stage.ts";
import { Editions } from "../ui/editions/Editions.tsx";
import "../styles/editions/panel.css";
import "../styles/editions/forms.css";
import "../styles/editions/report.css";
import "../styles/editions/stage.css";

/** Puts the panel into `container`; the result takes it away again. */
export function openEditions(container: HTMLElement): () => void {
  render(<Editions mountStage={webglWorks() ? mountStage : null} />, container);
  return () => render(null, container);
}
