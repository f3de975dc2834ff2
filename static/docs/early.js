// Runs before anything is shown, so that nothing is shown twice: that there are scripts, and what the reader has chosen before.
{
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("docs-theme");
    const language = localStorage.getItem("docs-language");
    if (["light", "dark"].includes(theme)) root.dataset.theme = theme;
    if (["curl", "python", "javascript"].includes(language)) root.dataset.language = language;
  } catch {
    // A browser that keeps nothing shows what everybody sees first.
  }
}
