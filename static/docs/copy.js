// Copying code, with the reader's key whole in it.

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

export function startCopying() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const shown = document.documentElement.dataset.language;
    const code = button.closest(".panel").querySelector(`.snippet[data-language="${shown}"] code`);
    let told = "Copied";
    try {
      await copy(whole(code));
    } catch {
      told = "Not copied";
    }
    button.textContent = told;
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
}
