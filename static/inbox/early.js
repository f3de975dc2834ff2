// Runs before anything is shown, so that nothing is shown twice.
{
  const root = document.documentElement;
  const recall = (name) => {
    try {
      return JSON.parse(localStorage.getItem(`commflow.${name}`));
    } catch {
      return null;
    }
  };
  const theme = recall("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  root.dataset.density = recall("density") === "compact" ? "compact" : "comfortable";
}
