// Saved views, and how many threads each holds at the moment.

import { all, patch, post, remove } from "../core/api.js";
import { signal } from "../core/signal.js";
import { onEvent } from "../core/stream.js";
import { say } from "../core/words.js";
import { address } from "../core/place.js";

/** What has happened is gathered for this long, in milliseconds, before all is counted again. */
const GATHER = 1000;

export const views = signal([]);
let waits;

/** Reads the views and their counts. */
export async function loadViews() {
  views.value = await all("/views");
}

/** Counts again, soon. */
function recount() {
  waits ??= setTimeout(() => {
    waits = undefined;
    loadViews().catch(() => {});
  }, GATHER);
}

const page = (view) => (view.kind === "ticket" ? "tickets" : "conversations");

/** What a view is called here. */
export const viewName = (view) => (view.standard ? say(`views.${view.standard}`) : view.name);

/** The address of a view, with one of its threads open if `id` is given. */
export const viewAddress = (view, id = null) => address(page(view), id, { ...view.filter, sort: view.sort });

/** The view whose filters a place has. */
export function viewAt({ page: at, query }) {
  const wanted = JSON.stringify(sorted(query));
  return views.value.find((view) => page(view) === at && JSON.stringify(sorted({ ...view.filter, sort: view.sort })) === wanted) ?? null;
}

const sorted = (query) => Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => [name, String(value)]).sort();

export async function saveView(view) {
  await post("/views", view);
  await loadViews();
}

export async function changeView(id, change) {
  await patch(`/views/${id}`, change);
  await loadViews();
}

export async function removeView(id) {
  await remove(`/views/${id}`);
  await loadViews();
}

onEvent((event) => {
  if (event.type !== "presence") recount();
});
