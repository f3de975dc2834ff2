// Saved views: the lists of the sidebar.

import { html } from "../../core/html.js";
import { define } from "../../core/element.js";
import { patch } from "../../core/api.js";
import { attempt } from "../../core/toasts.js";
import { say } from "../../core/words.js";
import { isAdmin, me } from "../../data/people.js";
import { loadViews, viewAddress, viewName, views } from "../../data/views.js";
import { valueName } from "../../parts/filters.js";
import { Collection } from "../../parts/collection.js";
import { iconButton } from "../../parts/icons.js";
import { editView } from "../../parts/save-view.js";

const page = (view) => (view.kind === "ticket" ? "tickets" : "conversations");
const mine = (view) => view.owner?.id === me.value.id;

class Views extends Collection {
  part = "saved_views";
  route = "/views";
  items = views;

  load() {
    return attempt(loadViews);
  }

  begin() {
    return "";
  }

  edit(view) {
    editView(view);
  }

  row(view) {
    const filter = Object.entries(view.filter).map(([name, value]) => `${say(`fields.${name}`)}: ${valueName(page(view), name, value)}`);
    return html`
      <div class="what">
        <a href=${viewAddress(view)} dir="auto">${viewName(view)}</a><span class="tag">${say(view.shared ? "saved_views.shared" : "saved_views.own")}</span>
        <small>${[say(`frame.${page(view)}`), ...filter].join(" · ")}</small>
      </div>`;
  }

  may(view) {
    return mine(view) || (view.shared && isAdmin());
  }

  acts(view) {
    const rows = this.items.value.filter((other) => other.kind === view.kind && this.may(other));
    const at = rows.indexOf(view);
    const step = (by, name) => (rows[at + by] ? html`<span class=${name}>${iconButton("down", say(`saved_views.${name}`, viewName(view)), () => this.move(view, rows[at + by]), name)}</span>` : html`<span class="gap"></span>`);
    return html`${step(-1, "up")}${step(1, "down")}${super.acts({ ...view, name: viewName(view) })}`;
  }

  /** Two change places; where they have the same, all that may be moved are counted anew. */
  async move(view, other) {
    const order = this.items.peek().map((one) => (one === view ? other : one === other ? view : one));
    this.items.value = order;
    const places = view.position === other.position ? order.map((one, at) => [one, at]).filter(([one]) => this.may(one)) : [[view, other.position], [other, view.position]];
    await attempt(() => Promise.all(places.map(([{ id }, position]) => patch(`/views/${id}`, { position }))));
    await this.load();
  }
}

define("settings-views", Views);
