// The way to everything: views with what they hold at the moment, the other parts of the page, and oneself.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { perform } from "../core/actions.js";
import { live } from "../core/stream.js";
import { address, go, place } from "../core/place.js";
import { signal } from "../core/signal.js";
import { count } from "../core/time.js";
import { say } from "../core/words.js";
import { me, workspace } from "../data/people.js";
import { viewAddress, viewAt, viewName, views } from "../data/views.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";

/** On narrow screens the sidebar is shown over the page, when it is asked for. */
const sidebarOpen = signal(false);

export const menuButton = () => html`<button type="button" class="plain for-menu" aria-label=${say("frame.menu")} @click=${() => { sidebarOpen.value = true; }}>${icon("menu")}</button>`;

const PICTURES = { mine: "people", unassigned: "inbox", open: "reply", waiting: "clock", pending: "eye", closed: "check", sla: "bolt" };
const PAGES = [["contacts", "people"], ["reports", "report"], ["settings", "settings"]];

class Sidebar extends Element {
  show() {
    const here = place.value;
    const current = viewAt(here);
    const group = (kind) => views.value.filter((view) => view.kind === kind);
    return html`
      <button type="button" class="veil" tabindex="-1" aria-label=${say("actions.close_menu")} ?hidden=${!sidebarOpen.value} @click=${() => { sidebarOpen.value = false; }}></button>
      <nav aria-label=${say("frame.navigation")} class=${sidebarOpen.value ? "open" : ""} @click=${(event) => { if (event.target.closest("a")) sidebarOpen.value = false; }}>
        <div class="head">
          <span class="workspace">${workspace.value.name}</span>
          <span class="light ${live.value ? "on" : ""}" role="img" aria-label=${say(live.value ? "frame.live" : "frame.not_live")} title=${say(live.value ? "frame.live" : "frame.not_live")}></span>
        </div>
        <button type="button" class="find" @click=${() => perform("palette")} data-test="find">${icon("search")}<span>${say("frame.find")}</span><kbd>${"⌘K"}</kbd></button>
        ${this.group(say("frame.conversations"), group("conversation"), current, address("conversations"))}
        ${this.group(say("frame.tickets"), group("ticket"), current, address("tickets"))}
        <ul class="pages">
          ${each(PAGES, ([page]) => page, ([page, picture]) => html`
            <li><a href=${address(page)} aria-current=${here.page === page ? "page" : null} data-test="page-${page}">${icon(picture)}<span>${say(`frame.${page}`)}</span></a></li>`)}
        </ul>
        <button type="button" class="self" aria-haspopup="menu" @click=${() => perform("self")} data-test="self">
          ${avatar(me.value)}<span>${me.value?.name ?? ""}</span>${icon("more")}
        </button>
      </nav>`;
  }

  group(title, views, current, all) {
    return html`
      <h2><a href=${all}>${title}</a></h2>
      <ul>
        ${each(views, (view) => view.id, (view) => html`
          <li>
            <a href=${viewAddress(view)} aria-current=${view === current ? "page" : null} data-test="view-${view.standard ?? view.id}"
              @contextmenu=${(event) => this.more(event, view)}>
              ${icon(PICTURES[view.standard] ?? (view.shared ? "team" : "eye"))}<span>${viewName(view)}</span>
              <span class="count" aria-label=${say("frame.count", view.count)}>${count(view.count)}</span>
            </a>
          </li>`)}
      </ul>`;
  }

  more(event, view) {
    event.preventDefault();
    go(viewAddress(view));
    perform("edit-view");
  }
}

define("side-bar", Sidebar);
