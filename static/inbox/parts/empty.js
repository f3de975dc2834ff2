// What stands where nothing else can: there is nothing, or it could not be read.

import { html } from "../core/html.js";
import { say } from "../core/words.js";
import { icon } from "./icons.js";

export const empty = (text, picture) => html`<p class="empty">${picture ? icon(picture) : ""}<span>${text}</span></p>`;

/** `again()`: tries it once more. */
export const failed = (text, again) => html`<p class="empty" role="alert"><span>${text}</span><button type="button" @click=${again}>${say("actions.again")}</button></p>`;
