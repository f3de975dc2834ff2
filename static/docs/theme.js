// Light or dark: as the system is, until the reader chooses the other.

import { remember } from "./elements.js";

export function startTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  document.querySelector("button.theme").addEventListener("click", () => {
    const root = document.documentElement;
    const now = root.dataset.theme ?? (system.matches ? "dark" : "light");
    const next = now === "dark" ? "light" : "dark";
    // Back to what the system says is to follow it again.
    if (next === (system.matches ? "dark" : "light")) {
      delete root.dataset.theme;
      remember("docs-theme", null);
    } else {
      root.dataset.theme = next;
      remember("docs-theme", next);
    }
  });
}
