// Who answers for a place: the party group, the leader, the others on the roster.
import type { Answers, LocateAnswer, Person } from "../api/types.ts";
import { words } from "../i18n/index.ts";
import { dialable } from "../lib/measure.ts";
import { Icon } from "./Icon.tsx";

/** Whoever answers where the leader's post of the smallest grid is vacant, and why it is this person. */
export function standIn({ responsible, answers, grids }: LocateAnswer): { who: Answers; why: string } | undefined {
  if (!answers || (responsible?.leader && answers.grid === responsible.grid)) return undefined;
  const says = words.value;
  const tier = grids.find((grid) => grid.code === answers.grid)?.tier;
  if (answers.grid === responsible?.grid && answers.deputy) return { who: answers, why: says.standIn.deputy };
  return { who: answers, why: tier ? says.standIn.above(says.tiers[tier]) : says.standIn.town };
}

export function Team({ answer }: { answer: LocateAnswer }) {
  const says = words.value;
  const instead = standIn(answer);
  const team = answer.responsible ?? { party_group: null, leader: null, staff: [] };
  if (!answer.responsible && !instead) return <p class="team nobody">{says.nobody}</p>;
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
      {instead && (
        <div class="stand-in" data-level={instead.who.level}>
          <Portrait person={instead.who} />
          <div>
            <span class="caption">{instead.why}</span>
            <strong class="stand-in-name">{instead.who.name}</strong>
          </div>
          <Phone person={instead.who} />
        </div>
      )}
      {team.staff.length > 0 && (
        <section class="staff" aria-label={says.staff}>
          <h3 class="caption">{says.staff}</h3>
          <ul>
            {team.staff.map((person) => (
              <li key={`${person.role} ${person.name}`}>
                <span class="role">{role(person)}</span>
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

function role(person: Person): string {
  const { roles, deputy } = words.value;
  const name = person.role ? (roles[person.role] ?? person.role) : "";
  return person.deputy ? deputy(name) : name;
}

/** The family name, as a portrait would stand here. */
function Portrait({ person }: { person: { name: string } }) {
  return (
    <span class="portrait" aria-hidden="true">
      {[...person.name][0]}
    </span>
  );
}

function Leader({ person }: { person: Person }) {
  return (
    <div class="leader">
      <Portrait person={person} />
      <div>
        <span class="caption">{words.value.leader}</span>
        <strong class="leader-name">{person.name}</strong>
      </div>
      <Phone person={person} />
    </div>
  );
}

/** A number to dial if it is whole, else its text. */
function Phone({ person }: { person: Pick<Person, "name" | "phone"> }) {
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
    <a class="phone call" href={`tel:${number}`} aria-label={`${words.value.call(person.name)} ${person.phone}`}>
      <Icon name="phone" />
      {person.phone}
    </a>
  );
}
