// Who answers for a place: the party group, the leader, the others on the roster.
import type { Person, Responsible } from "../api/types.ts";
import { words } from "../i18n/index.ts";
import { dialable } from "../lib/measure.ts";
import { Icon } from "./Icon.tsx";

export function Team({ team }: { team: Responsible | null | undefined }) {
  const says = words.value;
  if (!team) return <p class="team nobody">{says.nobody}</p>;
  return (
    <div class="team">
      {team.party_group && (
        <div class="party">
          <Icon name="party" />
          <div>
            <span class="caption">{says.partyGroup}</span>
            <strong class="party-group">{team.party_group}</strong>
          </div>
        </div>
      )}
      {team.leader && <Leader person={team.leader} />}
      {team.staff.length > 0 && (
        <section class="staff" aria-label={says.staff}>
          <h3 class="caption">{says.staff}</h3>
          <ul>
            {team.staff.map((person) => (
              <li key={`${person.role} ${person.name}`}>
                <span class="role">{person.role && (says.roles[person.role] ?? person.role)}</span>
                <span class="name">{person.name}</span>
                <Phone person={person} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Leader({ person }: { person: Person }) {
  return (
    <div class="leader">
      {/* The family name, as a portrait would stand here. */}
      <span class="portrait" aria-hidden="true">
        {[...person.name][0]}
      </span>
      <div>
        <span class="caption">{words.value.leader}</span>
        <strong class="leader-name">{person.name}</strong>
      </div>
      <Phone person={person} />
    </div>
  );
}

/** A number to dial if it is whole, else its text. */
function Phone({ person }: { person: Person }) {
  if (!person.phone) return null;
  const number = dialable(person.phone);
  if (number === null) {
    return (
      <span class="phone" title={words.value.phoneHidden}>
        {person.phone}
      </span>
    );
  }
  return (
    <a class="phone call" href={`tel:${number}`} aria-label={words.value.call(person.name)}>
      <Icon name="phone" />
      {person.phone}
    </a>
  );
}
