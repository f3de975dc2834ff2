// The search: over a list that is fetched when it is first needed, in the browser, while the reader types.

import { make } from "./elements.js";

const SHOWN_MAX = 40;
const SORTS = { operation: 6, section: 5, object: 5, guide: 5, error: 4, event: 3, parameter: 1, field: 1 };

let entries = null;

async function load() {
  if (entries) return;
  const response = await fetch("/docs/search.json");
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  const list = await response.json();
  entries = list.map((entry) => ({
    ...entry,
    inTitle: entry.title.toLowerCase(),
    inAll: `${entry.title} ${entry.where} ${entry.words}`.toLowerCase(),
  }));
}

function score(entry, words) {
  let score = SORTS[entry.kind] ?? 0;
  for (const word of words) {
    if (!entry.inAll.includes(word)) return 0;
    const at = entry.inTitle.indexOf(word);
    if (entry.inTitle === word) score += 30;
    else if (at === 0) score += 14;
    else if (at > 0) score += /[^a-z0-9]/.test(entry.inTitle[at - 1]) ? 11 : 6;
    else score += 1;
  }
  return score;
}

function find(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const scored = entries.map((entry, at) => ({ entry, at, score: score(entry, words) })).filter((one) => one.score > 0);
  scored.sort((a, b) => b.score - a.score || a.at - b.at);
  return scored.map((one) => one.entry);
}

// The title, with what was typed marked in it.
function marked(title, text) {
  const word = text.toLowerCase().split(/\s+/).find((word) => word && title.toLowerCase().includes(word));
  if (!word) return [title];
  const at = title.toLowerCase().indexOf(word);
  return [title.slice(0, at), make("mark", {}, title.slice(at, at + word.length)), title.slice(at + word.length)];
}

function row(entry, at, text) {
  return make(
    "li",
    { id: `search-${at}`, role: "option", "aria-selected": "false", "data-href": entry.href },
    make("span", {}, ...marked(entry.title, text)),
    make("span", { className: "sort" }, entry.kind),
    make("span", { className: "within" }, entry.where),
  );
}

export function startSearch() {
  const dialog = document.querySelector("#search-dialog");
  const [field, list, told] = ["input", "ul", ".told"].map((what) => dialog.querySelector(what));
  let selected = -1;

  const select = (at) => {
    const rows = [...list.children];
    rows[selected]?.setAttribute("aria-selected", "false");
    selected = rows.length ? (at + rows.length) % rows.length : -1;
    const row = rows[selected];
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", row?.id ?? "");
  };
  const show = () => {
    const text = field.value.trim();
    const found = entries ? find(text) : [];
    list.replaceChildren(...found.slice(0, SHOWN_MAX).map((entry, at) => row(entry, at, text)));
    field.setAttribute("aria-expanded", String(found.length > 0));
    told.textContent = !text || found.length ? "" : entries ? `Nothing says “${text}”.` : "Loading …";
    select(0);
  };
  const go = (row) => {
    if (!row) return;
    dialog.close();
    location.assign(row.dataset.href);
  };
  const open = async () => {
    const navigation = document.querySelector("#page-navigation");
    if (navigation.matches(":popover-open")) navigation.hidePopover();
    if (!dialog.open) dialog.showModal();
    field.focus();
    field.select();
    try {
      await load();
      show();
    } catch (cause) {
      told.textContent = `The search can't be loaded. ${cause.message}`;
    }
  };

  for (const button of document.querySelectorAll("button.find")) button.addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    open();
  });
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      select(selected + step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(list.children[selected]);
    } else if (event.key === "Escape") {
      // A search field would be emptied first.
      event.preventDefault();
      dialog.close();
    }
  });
  list.addEventListener("mousemove", (event) => {
    const row = event.target.closest("li");
    if (row && row !== list.children[selected]) select([...list.children].indexOf(row));
  });
  list.addEventListener("click", (event) => go(event.target.closest("li")));
  // Outside of it is the backdrop, which is the dialog itself.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}
