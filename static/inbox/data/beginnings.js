// A workspace that begins: whether anything has come in yet, what has been set up, and the demo data.

import { get, post, remove } from "../core/api.js";
import { signal } from "../core/signal.js";
import { onEvent } from "../core/stream.js";
import { activeUsers, isAdmin, loadPeople, me, prefer } from "./people.js";
import { loadViews, views } from "./views.js";

/** `{ empty, demo, keys, webhooks }`; null while nothing of it is to be shown. */
export const beginnings = signal(null);
/** Whether demo data is just coming or going, which takes some seconds. */
export const moving = signal(false);

const total = async (route) => (await get(route, { per_page: 1 })).meta.total_count;
const dismissed = () => me.peek()?.preferences?.first_steps === "done";

/** Looks how far it is; what was dismissed is not looked at. */
export async function look() {
  if (dismissed()) {
    beginnings.value = null;
    return;
  }
  const seen = views.peek().some((view) => view.count > 0);
  const [threads, demo] = await Promise.all([seen ? 1 : total("/conversations"), isAdmin() && get("/demo").then(({ data }) => data.present, () => null)]);
  if (threads > 0 && !demo) {
    beginnings.value = null;
    return;
  }
  const [keys, webhooks] = isAdmin() ? await Promise.all([total("/api_keys"), total("/webhooks")]) : [0, 0];
  beginnings.value = { empty: threads === 0, demo, keys, webhooks };
}

/** Whether anybody else can sign in here. */
export const hasTeam = () => activeUsers().filter((user) => user.sign_in !== "none").length > 1;

/** Shows nothing of it any more, wherever the user signs in. */
export async function dismiss() {
  beginnings.value = null;
  await prefer({ first_steps: "done" });
}

/** Fills the workspace with made-up people and threads, or takes them away again. */
export async function setDemo(present) {
  moving.value = true;
  try {
    await (present ? post("/demo") : remove("/demo"));
    await Promise.all([loadPeople(), loadViews()]);
    await look();
  } finally {
    moving.value = false;
  }
}

onEvent((event) => {
  if (event.type !== "conversation.created" || !beginnings.peek()?.empty) return;
  beginnings.value = { ...beginnings.peek(), empty: false };
  look().catch(() => {});
});
