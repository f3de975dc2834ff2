//! Scripts and style sheets are written in small files; a browser gets one with all that it imports as a single one, so that it
//! asks once and not fifty times. Calls nothing of ours.
//!
//! Scripts of ours are written so that this can be done line by line: an import is one line, an export stands before what it
//! exports, nothing that is exported is assigned again, and no circle is closed. Each script becomes a block of its own, so that
//! no name of one is seen in another, and leaves in `parts` what it exports:
//!
//! ```js
//! const parts = [];
//! {
//! const { html } = parts[0];
//! const row = () => html`<tr></tr>`;
//! parts[7] = { row };
//! }
//! ```

/// Where the files are: the text of each, by its path, such as `inbox/main.js`.
pub type Read<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The files that a script or a style sheet imports itself, at once and not later.
pub fn imported(name: &str, text: &str) -> Vec<String> {
    imports(text).map(|import| resolved(name, import.path)).collect()
}

/// A script with all that it imports at once; what it loads later is left to the browser. None without such a file.
pub fn script(entry: &str, read: Read) -> Option<String> {
    let text = slim(&read(entry)?);
    if imports(&text).next().is_none() {
        return Some(text);
    }
    let mut bundle = Bundle { entry, read, parts: Vec::new(), text: "const parts = [];\n".to_owned() };
    imported(entry, &text).iter().for_each(|import| bundle.add(import));
    // Its own lines are not in a block: what it exports stays exported.
    text.lines().for_each(|line| bundle.add_line(line, entry));
    Some(bundle.text)
}

/// A script that becomes whole.
struct Bundle<'a> {
    entry: &'a str,
    read: Read<'a>,
    /// The scripts that are in it: the first is `parts[0]`.
    parts: Vec<String>,
    text: String,
}

impl Bundle<'_> {
    fn number(&self, name: &str) -> Option<usize> {
        self.parts.iter().position(|part| part == name)
    }

    /// Adds a script once, after what it imports itself.
    fn add(&mut self, name: &str) {
        let Some(text) = self.number(name).is_none().then(|| (self.read)(name)).flatten() else { return };
        let number = self.parts.len();
        self.parts.push(name.to_owned());
        let text = slim(&text);
        imported(name, &text).iter().for_each(|import| self.add(import));
        self.text.push_str("{\n");
        text.lines().for_each(|line| self.add_line(line.strip_prefix("export ").unwrap_or(line), name));
        let exported: Vec<&str> = text.lines().filter_map(exported).collect();
        self.text.push_str(&format!("parts[{number}] = {{ {} }};\n}}\n", exported.join(", ")));
    }

    /// Adds a line of this script.
    fn add_line(&mut self, line: &str, name: &str) {
        let line = match import(line) {
            Some(Import { names: "", .. }) => return,
            Some(Import { names, path }) => {
                let names = names.strip_prefix("* as ").map_or_else(|| names.replace(" as ", ": "), str::to_owned);
                let number = self.number(&resolved(name, path)).unwrap_or_default();
                format!("const {names} = parts[{number}];")
            }
            None => with_later_paths(line, name, self.entry),
        };
        self.text.push_str(&line);
        self.text.push('\n');
    }
}

/// What a line imports, and from where.
struct Import<'a> {
    /// `{ a, b as c }`, `* as d`, or nothing.
    names: &'a str,
    path: &'a str,
}

fn import(line: &str) -> Option<Import<'_>> {
    let line = line.strip_prefix('@').unwrap_or(line);
    let (names, path) = line.strip_prefix("import ")?.strip_suffix("\";")?.rsplit_once('"')?;
    Some(Import { names: names.strip_suffix(" from ").unwrap_or(names), path })
}

fn imports(text: &str) -> impl Iterator<Item = Import<'_>> {
    text.lines().filter_map(import)
}

/// The name that a line exports.
fn exported(line: &str) -> Option<&str> {
    let line = line.strip_prefix("export ")?;
    let line = line.strip_prefix("async ").unwrap_or(line);
    let rest = ["const ", "function ", "class "].iter().find_map(|word| line.strip_prefix(word))?;
    rest.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).next()
}

/// A line whose path of something to be loaded later is seen from where the line is now.
fn with_later_paths(line: &str, name: &str, entry: &str) -> String {
    const LATER: &str = "import(`.";
    let Some((before, rest)) = line.split_once(LATER) else { return line.to_owned() };
    let up = "../".repeat(entry.matches('/').count());
    let path = rest.split('`').next().unwrap_or_default();
    let after = rest.strip_prefix(path).unwrap_or_default();
    format!("{before}import(`./{up}{}{after}", resolved(name, &format!(".{path}")))
}

/// A path as it stands in a file, seen from where all files are.
fn resolved(name: &str, path: &str) -> String {
    let mut steps: Vec<&str> = name.split('/').collect();
    steps.pop();
    for step in path.split('/') {
        match step {
            "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// A script without the lines that are for its readers alone: those that are nothing but a comment, and what indents the rest.
/// No text of ours goes over several lines whose beginnings matter.
fn slim(script: &str) -> String {
    let mut slim = String::with_capacity(script.len());
    let mut in_comment = false;
    for line in script.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !(in_comment || line.is_empty() || line.starts_with("//")) {
            slim.push_str(line);
            slim.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    slim
}

/// A style sheet with all that it imports. None without such a file.
pub fn style(name: &str, read: Read) -> Option<String> {
    let mut all = String::new();
    for line in read(name)?.lines() {
        match import(line) {
            Some(import) => all.push_str(&style(&resolved(name, import.path), read)?),
            None => {
                all.push_str(line);
                all.push('\n');
            }
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn bundle(make: fn(&str, Read) -> Option<String>, name: &str, files: &[(&str, &str)]) -> Option<String> {
        let files: BTreeMap<_, _> = files.iter().copied().collect();
        make(name, &|name: &str| files.get(name).map(|text| (*text).to_owned()))
    }

    #[test]
    fn a_script_is_sent_with_all_that_it_imports_each_once_and_after_what_it_needs() {
        let files = [
            (
                "inbox/main.js",
                "import { say as tell } from \"./core/words.js\";\nimport * as rows from \"./parts/rows.js\";\nimport \"../docs/b.js\";\n\nexport const go = tell(rows.row());\n",
            ),
            (
                "inbox/core/words.js",
                "const found = await import(`../words/${language}.js`);\n/** Says it. */\nexport async function say(name) {\n  return found[name];\n}\nexport class Words {}\n",
            ),
            (
                "inbox/parts/rows.js",
                "import { Words, say } from \"../core/words.js\";\n\nexport const row = () => say(Words);\n",
            ),
            ("docs/b.js", "const say = 1;\n"),
        ];
        let expected = "const parts = [];\n\
            {\nconst found = await import(`./../inbox/words/${language}.js`);\nasync function say(name) {\nreturn found[name];\n}\nclass Words {}\nparts[0] = { say, Words };\n}\n\
            {\nconst { Words, say } = parts[0];\nconst row = () => say(Words);\nparts[1] = { row };\n}\n\
            {\nconst say = 1;\nparts[2] = {  };\n}\n\
            const { say: tell } = parts[0];\nconst rows = parts[1];\nexport const go = tell(rows.row());\n";
        assert_eq!(bundle(script, "inbox/main.js", &files).unwrap(), expected);
        assert_eq!(bundle(script, "docs/b.js", &files).unwrap(), "const say = 1;\n");
        assert_eq!(bundle(script, "docs/none.js", &files), None);
    }

    #[test]
    fn a_script_loses_what_is_for_its_readers_alone() {
        let text = "// Why.\n\n/** What. */\nexport function act() {\n  /*\n   * At length.\n   */\n  return a // this\n    / b;\n}\n";
        assert_eq!(slim(text), "export function act() {\nreturn a // this\n/ b;\n}\n");
    }

    #[test]
    fn a_style_sheet_is_sent_with_those_that_it_imports() {
        let files = [
            ("a/main.css", "@import \"./b.css\";\n@import \"../c.css\";\nd {}\n"),
            ("a/b.css", "b {}"),
            ("c.css", "c {}\n"),
        ];
        assert_eq!(bundle(style, "a/main.css", &files).unwrap(), "b {}\nc {}\nd {}\n");
        assert_eq!(bundle(style, "c/main.css", &files), None);
    }
}
