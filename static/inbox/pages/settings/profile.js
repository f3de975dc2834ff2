// Oneself: name, language, how the page looks, and the password.

import { html } from "../../core/html.js";
import { Element, define } from "../../core/element.js";
import { singleKeys } from "../../core/actions.js";
import { patch, post } from "../../core/api.js";
import { attempt, toast } from "../../core/toasts.js";
import { say } from "../../core/words.js";
import { density, theme } from "../../data/look.js";
import { me, prefer, reload } from "../../data/people.js";
import { head } from "../../parts/collection.js";
import "../../parts/form.js";

const word = (name) => (id) => ({ id, name: say(`${name}${id}`) });

async function save(values) {
  const before = me.peek();
  const { data } = await patch("/me", values);
  me.value = { ...before, ...data };
  if ((data.language ?? null) !== (before.language ?? null)) location.reload();
  else toast(say("form.saved"));
  reload("users");
}

function look(values) {
  theme.value = values.theme;
  density.value = values.density;
  if (values.keys === singleKeys.peek()) return;
  singleKeys.value = values.keys;
  attempt(() => prefer({ single_keys: values.keys }));
}

async function changePassword(values) {
  await post("/me/password", values);
  toast(say("profile.password_changed"));
}

class Profile extends Element {
  show() {
    const { name, avatar_url, language } = me.value;
    const own = [
      { name: "name", label: say("form.name"), required: true, auto: "name" },
      { name: "avatar_url", label: say("profile.avatar"), kind: "url", hint: say("profile.avatar_hint") },
      { name: "language", label: say("profile.language"), kind: "select", options: [{ id: "", name: say("profile.browser") }, { id: "en", name: "English" }, { id: "de", name: "Deutsch" }] },
    ];
    const looks = [
      { name: "theme", label: say("self.look"), kind: "select", options: ["system", "light", "dark"].map(word("self.theme_")) },
      { name: "density", label: say("profile.density"), kind: "select", options: ["comfortable", "compact"].map(word("self.")) },
      { name: "keys", label: say("profile.keys"), kind: "checkbox", hint: say("profile.keys_hint") },
    ];
    const password = [["current_password", "current-password"], ["new_password", "new-password"]].map(([name, auto]) => ({ name, auto, label: say(`profile.${name}`), kind: "password", required: true }));
    return html`
      ${head(say("settings.profile"), me.value.email)}
      <data-form .asked=${{ fields: own, values: { name, avatar_url, language }, send: save }}></data-form>
      <h2>${say("profile.page")}</h2>
      <data-form .asked=${{ fields: looks, values: { theme: theme.value, density: density.value, keys: singleKeys.value }, change: look }}></data-form>
      <h2>${say("profile.password")}</h2>
      <p class="quiet">${say("profile.password_hint")}</p>
      <data-form .asked=${{ fields: password, go: say("profile.change_password"), send: changePassword, clears: true }} data-test="password"></data-form>`;
  }
}

define("settings-profile", Profile);
