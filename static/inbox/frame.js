// The whole page: the sidebar, and the part that the address names.

import { html } from "./core/html.js";
import { Element, define } from "./core/element.js";
import { begun } from "./core/actions.js";
import { place } from "./core/place.js";
import { say } from "./core/words.js";
import "./parts/commands.js";
import "./parts/new-conversation.js";
import "./parts/notices.js";
import "./parts/palette.js";
import "./parts/sidebar.js";
import "./pages/contacts.js";
import "./pages/inbox.js";
import "./pages/reports.js";
import "./pages/search.js";
import "./pages/settings.js";

const inbox = () => html`<inbox-page></inbox-page>`;
const PARTS = {
  conversations: inbox,
  tickets: inbox,
  contacts: () => html`<contacts-page></contacts-page>`,
  search: () => html`<search-page></search-page>`,
  reports: () => html`<reports-page></reports-page>`,
  settings: () => html`<settings-page></settings-page>`,
};

class Frame extends Element {
  show() {
    return html`
      <a class="skip" href="#main" target="_self">${say("frame.skip")}</a>
      <side-bar></side-bar>
      <main id="main" tabindex="-1">${PARTS[place.value.page]()}</main>
      <page-notices></page-notices>
      <choice-palette></choice-palette>
      ${begun.value ? html`<p class="begun" role="status"><kbd>${begun.value}</kbd> …</p>` : ""}`;
  }
}

define("app-frame", Frame);
