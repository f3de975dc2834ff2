// Keeping the filters of a list as a view, for oneself or for all, and changing one that was kept.

import { html } from "../core/html.js";
import { action } from "../core/actions.js";
import { place } from "../core/place.js";
import { attempt, toast } from "../core/toasts.js";
import { say } from "../core/words.js";
import { isAdmin, me } from "../data/people.js";
import { offerUndo } from "../data/undo.js";
import { changeView, removeView, saveView, viewAt, viewName } from "../data/views.js";
import { filtersOf, valuesOf } from "./filters.js";
import { ask } from "./form.js";
import { icon, iconButton } from "./icons.js";

const KINDS = { conversations: "conversation", tickets: "ticket" };

/** The view of a place, if the user may change it: one's own, and for admins all. */
function changeable(here) {
  const view = viewAt(here);
  return view && (isAdmin() || view.owner?.id === me.value?.id) ? view : null;
}

/** Whether a place has filters that are no view yet. */
const savable = (here) => here.page in KINDS && Object.keys(filtersOf(here)).length > 0 && !viewAt(here);

const fields = () => [{ name: "name", label: say("view.name"), required: true }, { name: "shared", kind: "checkbox", label: say("view.shared") }];

/** Keeps the filters of where one is. */
function save() {
  const here = place.peek();
  const { sort = null, ...filter } = filtersOf(here);
  const send = async ({ name, shared }) => {
    await saveView({ name: name.trim(), kind: KINDS[here.page], filter, sort, shared });
    toast(say("view.saved", name.trim()));
  };
  ask({ title: say("view.save"), fields: fields(), values: { name: valuesOf(here), shared: false }, send });
}

/** Changes a view, or removes it. */
export function editView(view) {
  const before = { name: viewName(view), shared: view.shared };
  const removeIt = async () => {
    const { id, kind, filter, sort } = view;
    await removeView(id);
    offerUndo(say("view.removed", before.name), () => saveView({ ...before, kind, filter, sort }));
  };
  const remover = { name: "remove", kind: () => html`<button type="button" class="danger" @click=${(event) => (event.target.closest("dialog").close(), attempt(removeIt))} data-test="view-remove">${icon("trash")}${say("view.remove")}</button>` };
  const send = async ({ name, shared }) => {
    const change = { ...(name.trim() !== before.name && { name: name.trim() }), ...(shared !== before.shared && { shared }) };
    if (Object.keys(change).length > 0) await changeView(view.id, change);
  };
  ask({ title: say("view.change"), fields: [...fields(), remover], values: before, send });
}

const change = () => editView(changeable(place.peek()));

/** The button for it, where there is something to keep or to change. */
export function viewButton(here) {
  if (savable(here)) return iconButton("bookmark", say("actions.save_view"), save, "save-view");
  return changeable(here) && !viewAt(here).standard ? iconButton("pen", say("actions.edit_view"), change, "edit-view") : "";
}

action({ id: "save-view", name: "actions.save_view", group: "list", picture: "bookmark", when: () => savable(place.peek()), run: save });
action({ id: "edit-view", name: "actions.edit_view", group: "list", picture: "pen", when: () => Boolean(changeable(place.peek())), run: change });
