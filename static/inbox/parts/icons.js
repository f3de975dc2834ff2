// The page's pictures: strokes on a field of 16 by 16, which stand in ../icons.svg and come with the page itself.

import { html } from "../core/html.js";

/** A picture, for the eye alone: what it stands for is said beside it. */
export const icon = (name) => html`<svg class="icon" aria-hidden="true"><use href="#icon-${name}"></use></svg>`;

/** A button that shows a picture alone. */
export const iconButton = (picture, label, act, test) => html`<button type="button" class="plain" aria-label=${label} title=${label} @click=${act} data-test=${test}>${icon(picture)}</button>`;
