// Notices at the edge of the page, and the word that the server is away or nobody is signed in any more.

import { each, html } from "../core/html.js";
import { Element, define } from "../core/element.js";
import { reachable, signedIn } from "../core/api.js";
import { say } from "../core/words.js";
import { toasts } from "../core/toasts.js";
import { iconButton } from "./icons.js";

class Notices extends Element {
  show() {
    const back = `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
    return html`
      ${signedIn.value
        ? ""
        : html`<div class="banner" role="alert"><span>${say("notices.signed_out")}</span><a class="button main" href=${back} target="_self">${say("notices.sign_in")}</a></div>`}
      ${reachable.value ? "" : html`<div class="banner quiet" role="status"><span>${say("notices.unreachable")}</span></div>`}
      <div class="toasts" role="status" aria-live="polite">
        ${each(toasts.value, (one) => one.id, (one) => html`
          <div class="toast ${one.tone}">
            <span>${one.text}</span>
            ${one.action ? html`<button type="button" @click=${one.action.run}>${one.action.name}</button>` : ""}
            ${iconButton("close", say("actions.dismiss"), one.take)}
          </div>`)}
      </div>`;
  }
}

define("page-notices", Notices);
