// Copying code, with the reader's key whole in it.

import { make } from "./elements.js";
import { whole } from "./key.js";

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A page that was not loaded by TLS has no clipboard, but the old command.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "skip";
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    if (!copied) throw new Error("The browser does not let pages copy.");
  }
}

// Code in guides and descriptions has no panel, and gets a button here.
function addButtons() {
  for (const code of document.querySelectorAll(":is(.guide, .prose) pre")) {
    const frame = make("div", { className: "copied" });
    code.replaceWith(frame);
    frame.append(code, make("button", { type: "button", className: "copy" }, "Copy"));
  }
}

function codeBeside(button) {
  const shown = document.documentElement.dataset.language;
  return button.closest(".panel")?.querySelector(`.snippet[data-language="${shown}"] code`) ?? button.parentElement.querySelector("pre");
}

export function startCopying() {
  addButtons();
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    let told = "Copied";
    try {
      await copy(whole(codeBeside(button)));
    } catch {
      told = "Not copied";
    }
    button.textContent = told;
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
}
