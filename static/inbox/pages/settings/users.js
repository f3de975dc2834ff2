// The team's people: who they are, what they may do, and how they get in.

import { html } from "../../core/html.js";
import { define } from "../../core/element.js";
import { patch, post } from "../../core/api.js";
import { inFull } from "../../core/time.js";
import { attempt } from "../../core/toasts.js";
import { say } from "../../core/words.js";
import { me, users } from "../../data/people.js";
import { avatar } from "../../parts/avatar.js";
import { Collection, pickOne } from "../../parts/collection.js";
import { ask, showOnce } from "../../parts/form.js";
import { iconButton } from "../../parts/icons.js";

const ROLES = ["agent", "admin"];

class Users extends Collection {
  part = "users";
  route = "/users";
  kept = "users";
  items = users;

  fields(user) {
    const role = { name: "role", label: say("users.role"), kind: "select", options: ROLES.map((id) => ({ id, name: say(`settings.${id}`) })), hint: say("users.role_hint") };
    return [{ name: "name", label: say("form.name"), required: true }, { name: "email", label: say("users.email"), kind: "email", required: true }, ...(user ? [] : [role])];
  }

  add() {
    return super.add({ role: "agent" });
  }

  added(user) {
    this.invite(user);
  }

  /** A link with which somebody chooses a password, the first or another one. */
  async invite(user) {
    const told = await attempt(() => post(`/users/${user.id}/invitation`));
    if (!told) return;
    await showOnce(say("users.link", user.name), say("users.link_text", inFull(told.data.expires_at)), [[say("users.link_label"), told.data.url]]);
    this.load();
  }

  /** Who takes their own rights away is asked, for they can't give them back. */
  async set(user, changes) {
    if (user.id !== me.peek().id) return this.change(user, changes);
    const send = () => patch(`/users/${user.id}`, changes);
    if (await ask({ title: say("users.self"), text: say("users.self_text"), go: say("bulk.go"), danger: true, send })) location.reload();
    this.draw();
    return undefined;
  }

  row(user) {
    const own = user.id === me.value.id;
    return html`
      ${avatar(user)}
      <div class="what ${user.status}">
        <b dir="auto">${user.name}</b>${own ? html`<span class="tag">${say("pick.you")}</span>` : ""}
        <small>${user.email}${user.sign_in && user.sign_in !== "password" ? ` · ${say(`users.${user.sign_in}`)}` : ""}</small>
      </div>
      <div class="picks">
        ${pickOne(say("users.role_of", user.name), ROLES, user.role, (role) => this.set(user, { role }), "role")}
        ${pickOne(say("users.status_of", user.name), ["active", "inactive"], user.status, (status) => this.set(user, { status }), "status")}
      </div>`;
  }

  acts(user) {
    const link = say(user.sign_in === "password" ? "users.reset" : "users.new_link", user.name);
    return html`${iconButton("pen", say("form.edit_of", user.name), () => this.edit(user), "edit")}${iconButton("link", link, () => this.invite(user), "invite")}`;
  }
}

define("settings-users", Users);
