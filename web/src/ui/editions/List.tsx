// All editions, the newest first, and the ways on from here.
import type { Edition } from "../../api/types.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { list, loadList, since, standing } from "../../state/editions/list.ts";
import { openEdition, openUpload } from "../../state/editions/page.ts";
import { session, signOut } from "../../state/editions/session.ts";
import { Icon } from "../Icon.tsx";
import { Failed } from "./Failed.tsx";
import { SignIn } from "./SignIn.tsx";

export function List() {
  const says = editionWords.value;
  const now = list.value;
  const signedIn = session.value.state === "in";
  return (
    <>
      {signedIn && (
        <button type="button" class="button strong wide" onClick={openUpload}>
          <Icon name="upload" />
          {says.list.upload}
        </button>
      )}
      {now.state === "loading" && <p class="waiting">{says.loading}</p>}
      {now.state === "failed" && <Failed problem={now.problem} retry={() => void loadList()} />}
      {now.state === "loaded" && now.editions.length === 0 && (
        <div class="nothing">
          <h3>{says.list.none}</h3>
          <p>{says.list.noneText}</p>
        </div>
      )}
      {now.state === "loaded" && (
        <ul class="editions">
          {now.editions.map((edition) => (
            <li key={edition.name}>
              <Row edition={edition} />
            </li>
          ))}
        </ul>
      )}
      {signedIn ? (
        <button
          type="button"
          class="button quiet sign-out"
          onClick={() => {
            void signOut();
            // What only administrators may see goes at once.
            list.value = { state: "loading" };
            void loadList();
          }}
        >
          {says.signIn.out}
        </button>
      ) : (
        <SignIn />
      )}
    </>
  );
}

function Row({ edition }: { edition: Edition }) {
  const says = editionWords.value;
  const stands = standing(edition);
  return (
    <button type="button" class="edition" data-edition={edition.name} onClick={() => openEdition(edition.name)}>
      <strong>{edition.name}</strong>
      <Standing edition={edition} />
      <small>
        {says.list.since[stands]} {says.time(since(edition))}
      </small>
      <small class="counts" title={says.list.gridsHint}>
        {countsOf(edition)}
      </small>
    </button>
  );
}

export function Standing({ edition }: { edition: Edition }) {
  const stands = standing(edition);
  return <span class={`standing ${stands}`}>{editionWords.value.list.standing[stands]}</span>;
}

function countsOf({ grids }: Edition): string {
  return [grids.tier1, grids.tier2, grids.tier3].map((count) => count.toLocaleString("en")).join(" · ");
}
