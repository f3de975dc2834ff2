// Conversations, or tickets: the list, and beside it the thread that is open.

import { html } from "../core/html.js";
import { define } from "../core/element.js";
import { action, perform } from "../core/actions.js";
import { address, place } from "../core/place.js";
import { onEvent } from "../core/stream.js";
import { count } from "../core/time.js";
import { say } from "../core/words.js";
import { Rows } from "../data/rows.js";
import { look } from "../data/beginnings.js";
import { learn } from "../data/objects.js";
import { views, viewAt, viewName } from "../data/views.js";
import { stage } from "../parts/first-steps.js";
import { filterButtons, filterChips, filtersOf } from "../parts/filters.js";
import { iconButton } from "../parts/icons.js";
import { ListPage } from "../parts/list-page.js";
import * as pickers from "../parts/pickers.js";
import { viewButton } from "../parts/save-view.js";
import { menuButton } from "../parts/sidebar.js";
import "../parts/thread-list.js";
import "../parts/thread-view.js";

const BULK = [["status", "check", pickers.pickStatus], ["assign", "people", pickers.pickAssignee], ["tag", "tag", pickers.pickTags], ["priority", "flag", pickers.pickPriority]];
const SORT = { conversations: "-last_message_at", tickets: "-created_at" };

class InboxPage extends ListPage {
  arrived() {
    this.stop = onEvent((event) => this.hear(event));
    look().catch(() => {});
  }

  left() {
    this.stop();
    this.rows?.end();
  }

  hear(event) {
    const mine = this.page === "tickets" ? /^(ticket\.|gap)/ : /^(conversation\.|message\.|gap)/;
    if (mine.test(event.type)) this.rows?.refresh();
  }

  /** Another list when the filters are others; the same while a thread is opened from it. */
  turnTo(here) {
    const filters = { sort: SORT[here.page], ...filtersOf(here) };
    const key = `${here.page}?${JSON.stringify(filters)}`;
    if (this.key === key) return;
    this.key = key;
    this.page = here.page;
    this.rows?.end();
    this.rows = new Rows(`/${here.page}`, filters, learn);
    this.rows.look(0, 50);
    this.selectNone();
    // A list that is new stands at its top; to say so would have the browser lay out a page that is not there yet.
    const list = this.querySelector("thread-list");
    if (list) queueMicrotask(() => list.scrollTop = 0);
  }

  show() {
    const here = place.value;
    this.turnTo(here);
    const view = viewAt(here);
    const total = this.rows.total.value;
    const begins = stage(here);
    return html`
      <div class="panes ${here.id ? "reading" : begins}">
        <section class="list" aria-label=${say("list.label")}>
          <header>
            ${menuButton()}
            <h1>${view ? viewName(view) : say(`frame.${here.page}`)}</h1>
            <span class="total">${total === null ? "" : count(total)}</span>
            <span class="space"></span>
            ${viewButton(here)}
            ${filterButtons(here.page)}
            ${iconButton("plus", say("actions.new"), () => perform("new"), "new")}
          </header>
          ${view && view.standard ? "" : filterChips(here)}
          ${this.bar(say("bulk.label"), (ids) => BULK.map(([name, picture, run]) => iconButton(picture, say(`actions.${name}`), () => run(ids), `bulk-${name}`)))}
          <thread-list .rows=${this.rows} .open=${here.id} .selected=${this.selected} .link=${(id) => address(here.page, id, here.query)}></thread-list>
        </section>
        ${begins ? html`<first-steps .refresh=${() => this.rows.refresh()}></first-steps>` : html`<thread-view .open=${here.id} .back=${address(here.page, null, here.query)}></thread-view>`}
      </div>`;
  }

  list() {
    return this.querySelector("thread-list");
  }

  /** What an action is done to: the selected threads, else the open one. */
  targets() {
    const selected = [...this.selected.peek()];
    const open = place.peek().id;
    return selected.length > 0 ? selected : open ? [open] : [];
  }
}

define("inbox-page", InboxPage);

const page = () => document.querySelector("inbox-page");
const isHere = () => Boolean(page());
const hasTarget = () => (page()?.targets().length ?? 0) > 0;

const keys = [
  ["next-thread", ["j", "ArrowDown"], "next", isHere, () => page().list().move(1)],
  ["previous-thread", ["k", "ArrowUp"], "previous", isHere, () => page().list().move(-1)],
  ["open-thread", ["o", "Enter"], "open", () => isHere() && !(document.activeElement instanceof HTMLButtonElement || document.activeElement instanceof HTMLAnchorElement), () => (place.peek().id ? document.querySelector(".talk")?.focus() : page().list().move(1))],
  ["leave-thread", "Escape", "leave", () => isHere() && Boolean(place.peek().id || page().selected.peek().size), () => page().leave()],
];
for (const [id, key, name, when, run] of keys) action({ id, key, name: `actions.${name}`, group: "list", when, run });

action({ id: "select", key: "x", name: "actions.select", group: "list", when: () => isHere() && Boolean(place.peek().id), run: () => page().toggle(place.peek().id) });

const onThreads = [
  ["assign", "a", pickers.pickAssignee],
  ["assign-me", "i", pickers.assignToMe],
  ["tag", "t", pickers.pickTags],
  ["priority", "p", pickers.pickPriority],
  ["status", null, pickers.pickStatus],
  ["team", null, pickers.pickTeam],
];
for (const [id, key, act] of onThreads) action({ id, key, name: `actions.${id.replace("-", "_")}`, group: "thread", when: hasTarget, run: () => act(page().targets()) });

action({
  id: "close", key: "e", name: "actions.close", group: "thread", when: hasTarget,
  run: async () => {
    const ids = page().targets();
    const list = page().list();
    const one = ids.length === 1 && ids[0] === place.peek().id;
    if (one && place.peek().query.status === "open") list.move(1);
    if (await pickers.toggleClosed(ids)) page().selectNone();
  },
});
action({ id: "rename", name: "thread.rename", group: "thread", picture: "pen", when: () => isHere() && Boolean(place.peek().id), run: () => { document.querySelector("thread-view").renaming.value = true; } });
action({ id: "copy-link", name: "actions.copy_link", group: "thread", when: () => isHere() && Boolean(place.peek().id), run: () => pickers.copyLink(place.peek().id) });

/** The first of the views, which is where the page begins. */
export const beginning = () => views.peek().find((view) => view.standard === "mine") ?? views.peek()[0];
