// How the page looks: light or dark, and how close together. Kept in this browser, and put on before anything is shown.

import { effect } from "../core/signal.js";
import { keptSignal } from "../core/kept.js";

/** `system`, `light` or `dark`. */
export const theme = keptSignal("theme", "system");
/** `comfortable` or `compact`. */
export const density = keptSignal("density", "comfortable");

/** Puts it on. */
export function startLook() {
  effect(() => {
    const root = document.documentElement;
    if (theme.value === "system") delete root.dataset.theme;
    else root.dataset.theme = theme.value;
    root.dataset.density = density.value;
  });
}
