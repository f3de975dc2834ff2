// The page's pictures: strokes on a field of 16 by 16.

import { html } from "../core/html.js";

const PATHS = {
  inbox: "M2 9.5 4 3.5h8l2 6v3H2zM2 9.5h3.5l1 1.5h3l1-1.5H14",
  ticket: "M2 4.5h12v2.2a1.5 1.5 0 0 0 0 2.6v2.2H2V9.3a1.5 1.5 0 0 0 0-2.6zM9.5 4.5v7",
  people: "M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 13.5c.4-2.4 2.4-3.8 5-3.8s4.6 1.4 5 3.8",
  report: "M2.5 13.5h11M4.5 13.5V9M8 13.5v-10M11.5 13.5V6.5",
  settings: "M2.5 5h6.5M12.5 5h1M2.5 11h1M7 11h6.5M10.8 6.7a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4zM5.2 12.7a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4z",
  search: "M7.2 11.9a4.7 4.7 0 1 0 0-9.4 4.7 4.7 0 0 0 0 9.4zM10.6 10.6l3 3",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  sort: "M5 3v10M5 13l-2.3-2.3M5 13l2.3-2.3M11 13V3M11 3 8.7 5.3M11 3l2.3 2.3",
  check: "M3 8.5 6.3 12 13 4.5",
  close: "M4 4l8 8M12 4l-8 8",
  back: "M10 3 5 8l5 5",
  next: "M6 3l5 5-5 5",
  down: "M4 6.2 8 10l4-3.8",
  more: "M3.6 8h.01M8 8h.01M12.4 8h.01",
  plus: "M8 3v10M3 8h10",
  clip: "M13 7.5 8 12.4a3.1 3.1 0 0 1-4.4-4.4l5.2-5a2 2 0 0 1 2.9 2.9L6.6 10.8a1 1 0 0 1-1.4-1.4L9.6 5",
  file: "M4 2.5h5l3 3v8H4zM9 2.5v3h3",
  note: "M3 3h10v7l-3 3H3zM13 10h-3v3",
  reply: "M6.5 4 2.5 8l4 4M2.5 8h6c3 0 5 1.6 5 4.5",
  tag: "M2.5 2.5H8l5.5 5.5-5.5 5.5L2.5 8zM5.6 5.6h.01",
  flag: "M3.5 14V2.5M3.5 3h8l-2 2.8 2 2.7h-8",
  team: "M6 7.5a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM2 13c.3-2.2 1.9-3.4 4-3.4s3.7 1.2 4 3.4M10.3 3.3a2.2 2.2 0 0 1 0 4M11.5 9.8c1.4.4 2.3 1.5 2.5 3.2",
  bolt: "M9 2 3.5 9H8l-1 5 5.5-7H8z",
  clock: "M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM8 5v3.2l2.2 1.3",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  eye: "M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8zM8 9.7a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4z",
  pen: "M10.8 2.7 13.3 5.2 5.5 13l-3 .5.5-3z",
  bookmark: "M4.5 2.5h7v11L8 10.8l-3.5 2.7z",
  undo: "M5.5 3 2.5 6l3 3M2.5 6h6.5a4 4 0 0 1 0 8H6",
  trash: "M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.6 9h5.8l.6-9",
  link: "M6.8 9.2a2.7 2.7 0 0 0 3.9 0l2-2a2.7 2.7 0 0 0-3.9-3.9l-.7.7M9.2 6.8a2.7 2.7 0 0 0-3.9 0l-2 2a2.7 2.7 0 0 0 3.9 3.9l.7-.7",
  copy: "M5.5 5.5V2.5h8v8h-3M2.5 5.5h8v8h-8z",
  download: "M8 2.5v8M8 10.5 4.8 7.3M8 10.5l3.2-3.2M3 13.5h10",
  merge: "M4 2.5v4c0 2 4 2 4 4v3M12 2.5v4c0 2-4 2-4 4",
  key: "M9.8 9.2a3.3 3.3 0 1 0-3-3L2.5 10.5v3h3V12H7v-1.5h1.5z",
  sun: "M8 10.7a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  help: "M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM6.4 6.4c0-1 .7-1.6 1.6-1.6s1.6.6 1.6 1.5c0 1.3-1.6 1.3-1.6 2.5M8 10.9h.01",
  exit: "M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6",
};

/** A picture, for the eye alone: what it stands for is said beside it. */
export const icon = (name) => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${PATHS[name] ?? ""}></path></svg>`;

/** A button that shows a picture alone. */
export const iconButton = (picture, label, act, test) => html`<button type="button" class="plain" aria-label=${label} title=${label} @click=${act} data-test=${test}>${icon(picture)}</button>`;
