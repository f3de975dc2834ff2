// The whole page: the sidebar, and the part that the address names.

import { html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { begun } from "../core/actions.js";
import { place } from "../core/place.js";
import { say } from "../core/words.js";
import "./new-conversation.js";
import "./notices.js";
import "./palette.js";
import "./sidebar.js";
import "../pages/contacts.js";
import "../pages/inbox.js";
import "../pages/search.js";
import "../pages/reports.js";
import "../pages/settings.js";

const PARTS = {
  contacts: () => html`<contacts-page></contacts-page>`,
  conversations: () => html`<inbox-page></inbox-page>`,
  search: () => html`<search-page></search-page>`,
  settings: () => html`<settings-page></settings-page>`,
  tickets: () => html`<inbox-page></inbox-page>`,
  reports: () => html`<reports-page></reports-page>`,
};

class Frame extends Element {
  show() {
    const { page } = place.value;
    return html`
      <a class="skip" href="#main" target="_self">${say("frame.skip")}</a>
      <side-bar></side-bar>
      <main id="main" tabindex="-1">${(PARTS[page] ?? PARTS.conversations)()}</main>
      <page-notices></page-notices>
      <choice-palette></choice-palette>
      ${begun.value ? html`<p class="begun" role="status"><kbd>${begun.value}</kbd> …</p>` : ""}`;
  }
}

define("app-frame", Frame);
