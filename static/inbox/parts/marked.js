// A snippet of the search: escaped text in which <em> stands around what matched. It is read here, and never as HTML.

import { html } from "../core/html.js";

const SIGNS = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
const decoded = (text) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => SIGNS[name]);

/** The snippet, with marks around what matched. */
export const marked = (snippet) => snippet.split(/<em>(.*?)<\/em>/s).map((text, at) => (at % 2 === 1 ? html`<mark>${decoded(text)}</mark>` : decoded(text)));
