// Settings: one's own, and for admins those of the workspace. The sections at the left, the chosen one beside them.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { address, place } from "../core/place.js";
import { say } from "../core/words.js";
import { isAdmin } from "../data/people.js";
import { SECTIONS, sectionName } from "../data/sections.js";
import { empty } from "../parts/empty.js";
import { icon } from "../parts/icons.js";
import { menuButton } from "../parts/sidebar.js";
import "./settings/profile.js";
import "./settings/sessions.js";
import "./settings/saved-replies.js";
import "./settings/views.js";
import "./settings/users.js";
import "./settings/teams.js";
import "./settings/inboxes.js";
import "./settings/tags.js";
import "./settings/sla.js";
import "./settings/api-keys.js";
import "./settings/webhooks.js";
import "./settings/workspace.js";

class SettingsPage extends Element {
  show() {
    const { id } = place.value;
    const section = id ?? "profile";
    const groups = isAdmin() ? ["own", "whole"] : ["own"];
    const may = groups.some((group) => section in SECTIONS[group]);
    return html`
      <div class="settings ${id ? "inside" : ""}">
        <nav aria-label=${say("frame.settings")}>
          <header>${menuButton()}<h1>${say("frame.settings")}</h1></header>
          ${each(groups, (group) => group, (group) => html`
            <h2>${say(`settings.${group}`)}</h2>
            <ul>${each(Object.entries(SECTIONS[group]), ([name]) => name, ([name, picture]) => html`
              <li><a href=${address("settings", name)} aria-current=${name === section ? "page" : null} data-test="section-${name}">${icon(picture)}<span>${sectionName(name)}</span></a></li>`)}</ul>`)}
        </nav>
        <div class="section" data-test="section">
          <a class="button plain back" href="/settings">${icon("back")}${say("frame.settings")}</a>
          ${may ? this.section(section) : empty(say("settings.admins"))}
        </div>
      </div>`;
  }

  /** The section's own element, the same as long as one stays in it. */
  section(name) {
    if (this.name !== name) this.node = document.createElement(`settings-${name}`);
    this.name = name;
    return this.node;
  }
}

define("settings-page", SettingsPage);
