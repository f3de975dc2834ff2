// What the page says, in the reader's language. All of it stands in ../words/<language>.js.

const LANGUAGES = ["en", "de"];

/** The language of the page: the server has chosen it by the user's setting and the browser's wish. */
export const language = LANGUAGES.includes(document.documentElement.lang) ? document.documentElement.lang : "en";

const { default: words } = await import(`../words/${language}.js`);

/** The words under `part.name`: a text, or what a function makes of `values`. */
export function say(name, ...values) {
  const [part, key] = name.split(".");
  const found = words[part]?.[key];
  if (found === undefined) {
    console.warn(`no words for ${name}`);
    return name;
  }
  return typeof found === "function" ? found(...values) : found;
}
