// What all elements of the page have in common: they show what they read, and show it again when it has changed.

import { render } from "./html.js";
import { follow, forget, signal } from "./signal.js";

/** A custom element without a shadow. `static takes` names the properties that others set; `show()` gives what it shows. */
export class Element extends HTMLElement {
  static takes = [];

  connectedCallback() {
    this.arrived?.();
    this.draw();
  }

  disconnectedCallback() {
    forget(this);
    this.left?.();
  }

  /** Called by what `show()` has read. */
  changed() {
    if (this.waits) return;
    this.waits = true;
    queueMicrotask(() => {
      this.waits = false;
      if (this.isConnected) this.draw();
    });
  }

  draw() {
    // Within, for lists say what their rows are only when they are shown.
    follow(this, () => render(this.show(), this));
    this.drawn?.();
  }
}

/** Makes the element known under its name. */
export function define(name, element) {
  for (const property of element.takes) {
    if (property in Element.prototype) throw new TypeError(`${name}: ${property} is what every element has`);
    const key = Symbol(property);
    const of = (host) => (host[key] ??= signal(undefined));
    Object.defineProperty(element.prototype, property, {
      get() {
        return of(this).value;
      },
      set(value) {
        of(this).value = value;
      },
    });
  }
  customElements.define(name, element);
}
