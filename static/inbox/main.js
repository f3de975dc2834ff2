// Where the page begins: who is signed in and what is to be seen are read, then all is shown, and the stream is listened to.

import { effect } from "./core/signal.js";
import { singleKeys, startKeys } from "./core/actions.js";
import { go, place, startPlace } from "./core/place.js";
import { startStream } from "./core/stream.js";
import { complain } from "./core/toasts.js";
import { sweepDrafts } from "./data/drafts.js";
import { startLook } from "./data/look.js";
import { startOutbox } from "./data/outbox.js";
import { loadPeople, me, workspace } from "./data/people.js";
import { loadViews, viewAddress } from "./data/views.js";
import { beginning } from "./pages/inbox.js";
import "./frame.js";

startLook();
startPlace();
startKeys();
const ready = Promise.all([loadPeople(), loadViews()]).catch(complain);
await ready;
// As the user has chosen in whichever browser it was.
const { single_keys: keys } = me.peek()?.preferences ?? {};
if (typeof keys === "boolean") singleKeys.value = keys;
if (place.peek().home) go(beginning() ? viewAddress(beginning()) : "/conversations", { replace: true });
effect(() => {
  document.title = workspace.value.name;
});
document.getElementById("app").replaceChildren(document.createElement("app-frame"));
startStream();
startOutbox();
sweepDrafts();
