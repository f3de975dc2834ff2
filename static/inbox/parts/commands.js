// The command palette: everything that can be done here and now, and the way to what is searched for.

import { action, available, nameOf, singleKeys, withKeys } from "../core/actions.js";
import { get, remove } from "../core/api.js";
import { address, go } from "../core/place.js";
import { attempt, toast } from "../core/toasts.js";
import { say } from "../core/words.js";
import { density, theme } from "../data/look.js";
import { isAdmin, me, prefer } from "../data/people.js";
import { SECTIONS, sectionName } from "../data/sections.js";
import { canUndo, undo } from "../data/undo.js";
import { viewAddress, viewName, views } from "../data/views.js";
import { avatar } from "./avatar.js";
import { choose, matching } from "./palette.js";
import { icon } from "./icons.js";
import { nameOf as contactName, statusDot } from "./thread-row.js";

/** Words of this length are searched for in the palette. */
const SEARCHED_FROM = 2;

/** What was searched for: threads and people, as items. */
async function found(query) {
  const { data } = await get("/search", { q: query, limit: 8 });
  // A ticket and its conversation are one thread.
  const tickets = new Set(data.tickets.map((one) => one.conversation_id));
  const threads = [...data.tickets, ...data.conversations.filter((one) => !tickets.has(one.id))].map((one) => ({
    id: one.id, name: one.subject, hint: contactName(one.contact), picture: statusDot(one.status), group: say("palette.threads"),
    run: () => go(address(one.id.startsWith("ticket_") ? "tickets" : "conversations", one.id)),
  }));
  const people = data.contacts.map((one) => ({ id: one.id, name: one.name || one.email, hint: one.email, picture: avatar(one, "small"), group: say("palette.people"), run: () => go(address("contacts", one.id)) }));
  return [...threads, ...people];
}

async function commands(query) {
  const actions = available().filter((one) => one.id !== "palette").map((one) => ({ ...asItem(one), group: say("palette.actions") }));
  const ways = views.value.map((view) => ({ id: view.id, name: viewName(view), group: say("palette.views"), picture: icon("eye"), run: () => go(viewAddress(view)) }));
  const items = [...matching(actions, query), ...matching(ways, query)];
  const text = query.trim();
  if (text.length < SEARCHED_FROM) return items;
  const hits = await found(text).catch(() => []);
  const whole = { id: "search", name: say("palette.search", text), picture: icon("search"), group: say("palette.threads"), run: () => go(address("search", null, { q: text })) };
  return [...items, ...hits, whole];
}

async function open() {
  const chosen = await choose({ label: say("palette.label"), find: commands });
  chosen?.run();
}

/** All keys, on one sheet. */
async function sheet() {
  const items = withKeys().map((one) => ({ id: one.id, name: nameOf(one), key: one.key, group: say(`groups.${one.group}`), run: () => {} }));
  items.sort((a, b) => a.group.localeCompare(b.group));
  await choose({ label: say("keys.label"), title: say(singleKeys.peek() ? "keys.title" : "keys.off"), find: (query) => matching(items, query) });
}

function search() {
  const page = document.querySelector("search-page");
  if (page) page.focusField();
  else go(address("search"));
}

/** Oneself: how the page looks, and the way out. */
async function self() {
  const items = available().filter((one) => one.group === "self").map(asItem);
  const chosen = await choose({ label: me.peek()?.email ?? "", find: (query) => matching(items, query) });
  chosen?.run();
}

const asItem = (one) => ({ id: one.id, name: nameOf(one), key: one.key, picture: icon(one.picture ?? "next"), run: one.run });

async function pickTheme() {
  const items = ["system", "light", "dark"].map((id) => ({ id, name: say(`self.theme_${id}`), checked: theme.peek() === id }));
  const chosen = await choose({ label: say("self.look"), find: (query) => matching(items, query) });
  if (chosen) theme.value = chosen.id;
}

function toggleDensity() {
  density.value = density.peek() === "compact" ? "comfortable" : "compact";
}

function toggleKeys() {
  singleKeys.value = !singleKeys.peek();
  toast(say(singleKeys.peek() ? "keys.now_on" : "keys.now_off"));
  attempt(() => prefer({ single_keys: singleKeys.peek() }));
}

async function signOut() {
  const session = me.peek()?.session;
  if (session) await attempt(() => remove(`/sessions/${session.id}`));
  location.assign("/sign-in");
}

action({ id: "palette", key: "Mod+k", name: "actions.palette", group: "go", run: open });
action({ id: "search", key: "/", name: "actions.search", group: "go", picture: "search", run: search });
action({ id: "self", name: "actions.self", group: "go", run: self });
const own = [
  ["theme", () => say("self.theme", say(`self.theme_${theme.peek()}`)), "sun", pickTheme],
  ["density", () => say(density.peek() === "compact" ? "self.comfortable" : "self.compact"), "menu", toggleDensity],
  ["keys", () => say(singleKeys.peek() ? "self.keys_off" : "self.keys_on"), "key", toggleKeys],
  ["sheet", "actions.sheet", "help", sheet, "?"],
  ["docs", "self.docs", "file", () => location.assign("/docs")],
  ["sign-out", "self.sign_out", "exit", signOut],
];
for (const [id, name, picture, run, key] of own) action({ id, key, name, group: "self", picture, run });
action({ id: "undo", key: "u", name: "actions.undo", group: "thread", picture: "undo", when: canUndo, run: () => undo() });
for (const [id, key, page] of [["go-inbox", "g i", "conversations"], ["go-tickets", "g t", "tickets"], ["go-contacts", "g c", "contacts"], ["go-reports", "g r", "reports"], ["go-settings", "g s", "settings"]]) {
  action({ id, key, name: () => say("actions.go", say(`frame.${page}`)), group: "go", run: () => go(address(page)) });
}
for (const [group, sections] of Object.entries(SECTIONS)) {
  for (const [name, picture] of Object.entries(sections)) {
    action({ id: `settings-${name}`, name: () => `${say("frame.settings")}: ${sectionName(name)}`, picture, group: "go", when: () => group === "own" || isAdmin(), run: () => go(address("settings", name)) });
  }
}
