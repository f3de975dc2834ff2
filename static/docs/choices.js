// The language of all calls on the page, and the example of each operation.

import { remember } from "./elements.js";

const root = document.documentElement;

function press() {
  for (const button of document.querySelectorAll(".languages button")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === root.dataset.language));
  }
}

export function startChoices() {
  press();
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".languages button");
    if (!button) return;
    // All panels change their height: what the reader looks at is to stay where it is.
    const before = button.getBoundingClientRect().top;
    root.dataset.language = button.dataset.language;
    remember("docs-language", button.dataset.language);
    press();
    window.scrollBy({ top: button.getBoundingClientRect().top - before });
  });
  document.addEventListener("change", (event) => {
    const select = event.target.closest(".choose select");
    if (!select) return;
    for (const example of select.closest(".beside").querySelectorAll(".example")) {
      example.classList.toggle("chosen", example.dataset.example === select.value);
    }
  });
}
