// What happens while one looks on: the change feed as a stream, one for all tabs of this browser.
//
// Browsers allow six connections to a server, whatever the number of tabs: the tab that holds the lock has the stream, and
// tells the others. Where there are no locks (a page without TLS that is not local), each tab has its own.

import { get, reachable, signedIn } from "./api.js";
import { signal } from "./signal.js";

const KINDS = [
  "conversation.created", "conversation.updated", "conversation.deleted", "message.created", "contact.created", "contact.updated",
  "contact.deleted", "ticket.created", "ticket.updated", "ticket.deleted", "ticket.sla_warning", "ticket.sla_breached",
];
/** The pause before a stream that the server refused is tried again, in milliseconds: first, and at most. */
const PAUSE = { first: 1000, most: 15000 };

const listeners = new Set();
const channel = new BroadcastChannel("commflow.events");
let last = 0;

/** Whether events are coming in. */
export const live = signal(false);

/** Calls `act` with each event, and with `{ type: "gap" }` when some may have been missed. Gives what ends that. */
export function onEvent(act) {
  listeners.add(act);
  return () => listeners.delete(act);
}

/** Begins to listen. */
export function startStream() {
  channel.onmessage = ({ data }) => take(data);
  if (navigator.locks) navigator.locks.request("commflow.events", lead);
  else lead();
}

/** The tab that leads keeps the lock until it is closed. */
function lead() {
  connect(PAUSE.first);
  return new Promise(() => {});
}

function connect(pause) {
  const after = last ? `&after=event_${String(last).padStart(3, "0")}` : "";
  const source = new EventSource(`/v1/events/stream?presence=true${after}`);
  source.onopen = () => {
    pause = PAUSE.first;
    reachable.value = true;
    tell({ type: "open" });
  };
  source.onerror = () => {
    tell({ type: "lost" });
    // A refusal ends the source; a broken connection it mends by itself, from where it was.
    if (source.readyState === EventSource.CLOSED) again(pause);
  };
  for (const kind of KINDS) source.addEventListener(kind, (event) => tell(JSON.parse(event.data)));
  source.addEventListener("presence", (event) => tell({ type: "presence", data: JSON.parse(event.data) }));
}

async function again(pause) {
  await new Promise((resolve) => setTimeout(resolve, pause));
  await get("/me").catch(() => {});
  if (!signedIn.peek()) return;
  if (reachable.peek() && last) {
    // The server answers, but not from there on: the feed has gone past it.
    last = 0;
    tell({ type: "gap" });
  }
  connect(Math.min(pause * 2, PAUSE.most));
}

function tell(event) {
  channel.postMessage(event);
  take(event);
}

function take(event) {
  if (event.type === "open" || event.type === "lost") {
    live.value = event.type === "open";
    return;
  }
  if (event.type === "gap") last = 0;
  if (event.id) {
    const number = Number(event.id.slice("event_".length));
    if (number <= last) return;
    last = number;
    live.value = true;
  }
  for (const act of listeners) act(event);
}
