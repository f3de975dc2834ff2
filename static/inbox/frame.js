// The whole page: the sidebar, and the part that the address names. The inbox is there at once, other parts when they are first
// looked at.

import { html } from "./core/html.js";
import { Element, define } from "./core/element.js";
import { begun } from "./core/actions.js";
import { place } from "./core/place.js";
import { complain } from "./core/toasts.js";
import { say } from "./core/words.js";
import "./parts/commands.js";
import "./parts/new-conversation.js";
import "./parts/notices.js";
import "./parts/palette.js";
import "./parts/sidebar.js";
import "./pages/inbox.js";

const inbox = { load: () => null, show: () => html`<inbox-page></inbox-page>` };
const PARTS = {
  conversations: inbox,
  tickets: inbox,
  contacts: { load: () => import("./pages/contacts.js"), show: () => html`<contacts-page></contacts-page>` },
  search: { load: () => import("./pages/search.js"), show: () => html`<search-page></search-page>` },
  reports: { load: () => import("./pages/reports.js"), show: () => html`<reports-page></reports-page>` },
  settings: { load: () => import("./pages/settings.js"), show: () => html`<settings-page></settings-page>` },
};

class Frame extends Element {
  show() {
    const part = PARTS[place.value.page];
    // The element stands there already, and comes to life with its script.
    part.load()?.catch(complain);
    return html`
      <a class="skip" href="#main" target="_self">${say("frame.skip")}</a>
      <side-bar></side-bar>
      <main id="main" tabindex="-1">${part.show()}</main>
      <page-notices></page-notices>
      <choice-palette></choice-palette>
      ${begun.value ? html`<p class="begun" role="status"><kbd>${begun.value}</kbd> …</p>` : ""}`;
  }
}

define("app-frame", Frame);
