// What stands in the map's place when there is no map: nothing imported yet, no service, no WebGL.
import { words } from "../../i18n/index.ts";
import { desk } from "../../state/desk.ts";
import type { Tileset } from "../../state/tileset.ts";

export function Notices({ tileset, webgl }: { tileset: Tileset; webgl: boolean }) {
  if (tileset.state === "empty") return <Empty />;
  const says = words.value;
  if (tileset.state === "failed") {
    return (
      <div class="notice card" role="alert">
        <h2>{says.broken.title}</h2>
        <p>{says.broken.text}</p>
        <Reload label={says.retry} />
      </div>
    );
  }
  return webgl ? null : <p class="notice card">{says.noWebgl}</p>;
}

function Empty() {
  const says = words.value.empty;
  return (
    <div class="notice card empty">
      <h2>{says.title}</h2>
      <p>{says.text}</p>
      <button
        type="button"
        class="button strong"
        onClick={() => {
          desk.value = "editions";
        }}
      >
        {says.upload}
      </button>
      <h3>{says.own}</h3>
      <pre>gridward import grids.geojson --publish</pre>
      <h3>{says.demo}</h3>
      <pre>gridward serve --demo</pre>
      <Reload label={says.reload} />
    </div>
  );
}

function Reload({ label }: { label: string }) {
  return (
    <button type="button" class="button" onClick={() => location.reload()}>
      {label}
    </button>
  );
}
