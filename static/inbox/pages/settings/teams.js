// Teams, and who is in them.

import { html } from "../../core/html.js";
import { define } from "../../core/element.js";
import { all, post, remove } from "../../core/api.js";
import { attempt } from "../../core/toasts.js";
import { say } from "../../core/words.js";
import { teams, users } from "../../data/people.js";
import { avatar } from "../../parts/avatar.js";
import { Collection } from "../../parts/collection.js";
import { icon } from "../../parts/icons.js";
import { choose, matching } from "../../parts/palette.js";

class Teams extends Collection {
  part = "teams";
  route = "/teams";
  kept = "teams";
  items = teams;

  fields() {
    return [{ name: "name", label: say("form.name"), required: true }, { name: "description", label: say("form.description"), kind: "textarea" }];
  }

  added(team) {
    this.members(team);
  }

  /** Everybody, with those who are in it marked: choosing one puts them in or out. */
  async members(team) {
    const route = `${this.route}/${team.id}/members`;
    const rows = await attempt(() => all(route));
    if (!rows) return;
    const inside = new Set(rows.map((user) => user.id));
    const toggle = async ({ id }) => {
      const leaves = inside.delete(id);
      if (!leaves) inside.add(id);
      await attempt(() => (leaves ? remove(`${route}/${id}`) : post(route, { user_id: id })));
    };
    const find = (query) => {
      const people = users.peek().filter((user) => user.status === "active" || inside.has(user.id));
      return matching(people.map((user) => ({ id: user.id, name: user.name, hint: user.email, picture: avatar(user, "small"), checked: inside.has(user.id) })), query);
    };
    await choose({ label: say("teams.find"), title: say("teams.members_of", team.name), find, multiple: true, toggle });
    this.load();
  }

  row(team) {
    return html`
      <div class="what"><b dir="auto">${team.name}</b><small dir="auto">${team.description}</small></div>
      <button type="button" class="plain" aria-label="${say("teams.count", team.members_count)}, ${team.name}" @click=${() => this.members(team)} data-test="members">${icon("team")}${say("teams.count", team.members_count)}</button>`;
  }
}

define("settings-teams", Teams);
