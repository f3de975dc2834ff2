// Who else is looking at a thread, or writing in it.

import { put } from "../core/api.js";
import { signal } from "../core/signal.js";
import { onEvent } from "../core/stream.js";
import { me } from "./people.js";

/** The server forgets whom it has not heard of for 45 seconds. */
const REPEAT = 20000;
/** Who only passes by is not there, in milliseconds. */
const LINGERS = 400;
/** Who has not touched a key for this long is not writing any more. */
const PAUSES = 8000;

export class Presence {
  constructor(conversation) {
    this.conversation = conversation;
    this.people = signal([]);
    this.state = "viewing";
    this.stop = onEvent((event) => {
      if (event.type === "presence" && event.data.conversation_id === conversation) this.people.value = event.data.people;
    });
    // A page that is closed leaves, too.
    this.leave = () => this.came && this.send("gone", { keepalive: true }).catch(() => {});
    addEventListener("pagehide", this.leave);
    this.arrives = setTimeout(() => this.say(), LINGERS);
    this.timer = setInterval(() => this.say(), REPEAT);
  }

  /** The others: `{ user, state }`. */
  others() {
    return this.people.value.filter((one) => one.user.id !== me.value?.id);
  }

  /** Somebody is writing here. */
  typing() {
    clearTimeout(this.pauses);
    this.pauses = setTimeout(() => this.turn("viewing"), PAUSES);
    this.turn("typing");
  }

  turn(state) {
    if (state === this.state) return;
    this.state = state;
    this.say();
  }

  async say() {
    if (document.hidden && this.state === "viewing") return;
    this.came = true;
    const told = await this.send(this.state).catch(() => null);
    if (told && !this.ended) this.people.value = told.data.people;
  }

  end() {
    this.ended = true;
    clearTimeout(this.arrives);
    clearInterval(this.timer);
    clearTimeout(this.pauses);
    this.stop();
    removeEventListener("pagehide", this.leave);
    this.leave();
  }

  send(state, options) {
    return put(`/conversations/${this.conversation}/presence`, { state }, options);
  }
}
