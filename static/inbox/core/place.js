// Where one is: the address of the page says it, so that it can be kept, sent to others, and gone back from.

import { signal } from "./signal.js";

/** Parts of the page, by the first word of the path. */
const PAGES = ["conversations", "tickets", "contacts", "search", "reports", "settings"];

/** `{ page, id, query }` of an address of this page; none for addresses of others. */
function parse(url) {
  const { pathname, searchParams, origin } = new URL(url, location.href);
  if (origin !== location.origin) return null;
  const [page = "", id = null, ...rest] = pathname.split("/").filter(Boolean);
  if (rest.length > 0 || (page !== "" && !PAGES.includes(page))) return null;
  return { page: page || "conversations", id: id && decodeURIComponent(id), query: Object.fromEntries(searchParams), home: page === "" };
}

/** Where one is now. */
export const place = signal(parse(location.href));

/** The address of a part of the page. */
export function address(page, id = null, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = new URLSearchParams(given).toString();
  return `/${page}${id ? `/${encodeURIComponent(id)}` : ""}${text && "?"}${text}`;
}

/** Who passes by many threads would have the browser change the address more often than it takes: it is changed where one stays. */
const STAYS = 200;
let replacement = null;

/** Writes into the address of the page what is not there yet. */
function settle() {
  clearTimeout(replacement?.waits);
  if (replacement) history.replaceState(null, "", replacement.url);
  replacement = null;
}

/** Goes there; `replace`: without a way back to where one was. */
export function go(url, { replace = false } = {}) {
  const next = parse(url);
  if (!next) {
    location.assign(url);
    return;
  }
  if (replace) {
    clearTimeout(replacement?.waits);
    replacement = { url, waits: setTimeout(settle, STAYS) };
  } else {
    settle();
    if (url !== location.pathname + location.search) history.pushState(null, "", url);
  }
  place.value = next;
}

/** Links of the page are followed without leaving it. */
export function startPlace() {
  addEventListener("pagehide", settle);
  addEventListener("popstate", () => {
    clearTimeout(replacement?.waits);
    replacement = null;
    place.value = parse(location.href) ?? place.peek();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
    if (!parse(link.href)) return;
    event.preventDefault();
    go(link.getAttribute("href"));
  });
}
