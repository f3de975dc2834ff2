// Values that know who has read them: whoever showed one is told when it changes.

let reader = null;

/** A value that can be read and set. Setting it to what it is tells nobody. */
export function signal(value) {
  const readers = new Set();
  return {
    get value() {
      if (reader) {
        readers.add(reader);
        reader.sources.add(readers);
      }
      return value;
    },
    set value(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const one of [...readers]) one.changed();
    },
    /** The value, without being told of the next one. */
    peek: () => value,
  };
}

/** Runs `read`, so that `who.changed()` is called when something that it has read changes. */
export function follow(who, read) {
  forget(who);
  const before = reader;
  reader = who;
  try {
    return read();
  } finally {
    reader = before;
  }
}

/** Tells `who` no more. */
export function forget(who) {
  for (const readers of who.sources ?? []) readers.delete(who);
  who.sources = new Set();
}

/** Runs `act` now, and again whenever something that it has read has changed, once for all that changed together. */
export function effect(act) {
  let waits = false;
  const who = {
    changed() {
      if (waits) return;
      waits = true;
      queueMicrotask(run);
    },
  };
  const run = () => {
    waits = false;
    follow(who, act);
  };
  run();
  return () => forget(who);
}
