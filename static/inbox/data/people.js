// The team and what it sorts its work by: few, read once, and read again when somebody changes them.

import { all, get, patch } from "../core/api.js";
import { signal } from "../core/signal.js";

/** Who is signed in: a user, with `preferences` and `session`. */
export const me = signal(null);
export const workspace = signal({ name: "CommFlow" });
export const users = signal([]);
export const teams = signal([]);
export const inboxes = signal([]);
export const tags = signal([]);

const LISTS = { users: [users, "/users"], teams: [teams, "/teams"], inboxes: [inboxes, "/inboxes"], tags: [tags, "/tags"] };

/** Reads all of it. */
export async function loadPeople() {
  const one = async (into, route) => {
    into.value = (await get(route)).data;
  };
  await Promise.all([one(me, "/me"), one(workspace, "/workspace"), ...Object.keys(LISTS).map(reload)]);
}

/** Reads one of the lists again: `users`, `teams`, `inboxes` or `tags`. */
export async function reload(name) {
  const [list, route] = LISTS[name];
  list.value = await all(route);
}

export const isAdmin = () => me.value?.role === "admin";
export const activeUsers = () => users.value.filter((user) => user.status === "active");
export const userOf = (id) => users.value.find((user) => user.id === id) ?? null;
export const teamOf = (id) => teams.value.find((team) => team.id === id) ?? null;
export const inboxOf = (id) => inboxes.value.find((inbox) => inbox.id === id) ?? null;

/** The colour of a tag. */
export const colorOf = (name) => tags.value.find((tag) => tag.name.toLowerCase() === name.toLowerCase())?.color ?? "#8a93a1";

/** Changes the caller's own preferences, here at once. */
export async function prefer(changes) {
  const preferences = { ...(me.peek()?.preferences ?? {}), ...changes };
  me.value = { ...me.peek(), preferences };
  await patch("/me", { preferences });
}
