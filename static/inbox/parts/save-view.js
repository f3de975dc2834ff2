// Keeping the filters of a list as a view, for oneself or for all, and changing one that was kept.

import { html } from "../core/html.js";
import { define } from "../core/element.js";
import { action } from "../core/actions.js";
import { place } from "../core/place.js";
import { attempt, toast } from "../core/toasts.js";
import { say } from "../core/words.js";
import { isAdmin, me } from "../data/people.js";
import { offerUndo } from "../data/undo.js";
import { changeView, removeView, saveView, viewAt, viewName } from "../data/views.js";
import { Dialog, ask } from "./dialog.js";
import { filtersOf, valuesOf } from "./filters.js";
import { icon } from "./icons.js";

const KINDS = { conversations: "conversation", tickets: "ticket" };

/** The view of a place, if the user may change it: one's own, and for admins all. */
function changeable(here) {
  const view = viewAt(here);
  return view && (isAdmin() || view.owner?.id === me.value?.id) ? view : null;
}

/** Whether a place has filters that are no view yet. */
const savable = (here) => here.page in KINDS && Object.keys(filtersOf(here)).length > 0 && !viewAt(here);

const asView = ({ name, kind, filter, sort, shared }) => ({ name, kind, filter, sort, shared });

/** `view`: the one that is changed; none: the filters of `here` become one. */
class SaveView extends Dialog {
  static takes = ["view", "here"];
  fields = ["name"];

  arrived() {
    const { view } = this;
    this.typed.value = view ? { name: viewName(view), shared: view.shared } : { name: valuesOf(this.here), shared: false };
  }

  title() {
    return say(this.view ? "view.change" : "view.save");
  }

  button() {
    return say("actions.save");
  }

  body() {
    const { view } = this;
    return html`
      ${this.field("name", say("view.name"), { tall: true })}
      ${view && !view.owner ? "" : html`<label class="switch"><input type="checkbox" .checked=${this.typed.value.shared} @change=${(event) => this.type("shared", event.target.checked)} data-test="view-shared"> ${say("view.shared")}</label>`}
      ${view ? html`<button type="button" class="danger" @click=${() => this.removeIt()} data-test="view-remove">${icon("trash")}${say("view.remove")}</button>` : ""}`;
  }

  drawn() {
    const first = !this.querySelector("dialog").open;
    super.drawn();
    if (first) this.querySelector("input").select();
  }

  async act() {
    const { name, shared } = this.typed.peek();
    if (this.view) {
      const change = { ...(name.trim() !== viewName(this.view) && { name: name.trim() }), ...(shared !== this.view.shared && { shared }) };
      if (Object.keys(change).length > 0) await changeView(this.view.id, change);
      return;
    }
    const { sort = null, ...filter } = filtersOf(this.here);
    await saveView({ name: name.trim(), kind: KINDS[this.here.page], filter, sort, shared });
    toast(say("view.saved", name.trim()));
  }

  async removeIt() {
    const { view } = this;
    this.shut();
    await attempt(async () => {
      await removeView(view.id);
      offerUndo(say("view.removed", viewName(view)), () => attempt(() => saveView({ ...asView(view), name: viewName(view) })));
    });
  }
}

define("save-view", SaveView);

const save = () => ask("save-view", { here: place.peek() });
const change = () => ask("save-view", { view: changeable(place.peek()) });

/** The button for it, where there is something to keep or to change. */
export function viewButton(here) {
  const button = (name, picture, act) => html`<button type="button" class="plain" aria-label=${say(`actions.${name}`)} title=${say(`actions.${name}`)} @click=${act} data-test=${name.replace("_", "-")}>${icon(picture)}</button>`;
  if (savable(here)) return button("save_view", "bookmark", save);
  return changeable(here) && !viewAt(here).standard ? button("edit_view", "pen", change) : "";
}

action({ id: "save-view", name: "actions.save_view", group: "list", picture: "bookmark", when: () => savable(place.peek()), run: save });
action({ id: "edit-view", name: "actions.edit_view", group: "list", picture: "pen", when: () => Boolean(changeable(place.peek())), run: change });
