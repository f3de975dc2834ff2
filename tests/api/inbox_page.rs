//! The files of the web inbox: what can be said of them without a browser.

use crate::harness::TestApp;
use commflow::api::border::packing::Effort;
use commflow::api::border::packing::Packing;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// What a browser has to load, packed, in bytes.
const SCRIPTS_MAX: usize = 60_000;
const STYLES_MAX: usize = 15_000;

/// What may import what: a floor those below it, and itself.
const FLOORS: [&str; 5] = ["words", "core", "data", "parts", "pages"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("static/inbox")
}

/// The files with this ending, by their path in the folder.
fn files(ending: &str) -> BTreeMap<String, String> {
    fn gather(folder: &Path, under: &str, into: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{under}{}", entry.file_name().to_str().unwrap());
            if entry.path().is_dir() {
                gather(&entry.path(), &format!("{name}/"), into);
            } else {
                into.insert(name, std::fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    gather(&folder(), "", &mut all);
    all.retain(|name, _| name.ends_with(ending));
    all
}

/// What stands between these two, each time.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> Vec<&'a str> {
    text.split(begin).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

fn floor(name: &str) -> usize {
    let folder = name.split('/').next().unwrap();
    FLOORS.iter().position(|floor| *floor == folder).unwrap_or(FLOORS.len())
}

/// The scripts that one imports, by their paths in the folder; not those that it loads later.
fn imports(name: &str, text: &str) -> Vec<String> {
    let written = between(text, "from \"", "\"").into_iter().chain(between(text, "import \"", "\""));
    let resolved = written.filter(|path| path.starts_with('.')).map(|path| {
        let mut steps: Vec<&str> = name.split('/').collect();
        steps.pop();
        for step in path.split('/') {
            match step {
                "." => {}
                ".." => drop(steps.pop().unwrap()),
                other => steps.push(other),
            }
        }
        steps.join("/")
    });
    resolved.collect()
}

#[test]
fn scripts_import_only_what_stands_below_them() {
    let scripts = files(".js");
    for (name, text) in &scripts {
        for imported in imports(name, text) {
            assert!(scripts.contains_key(&imported), "{name} imports {imported}, which is not there");
            assert!(floor(&imported) <= floor(name), "{name} imports {imported}, which stands above it");
        }
    }
}

/// Scripts and style sheets are sent as one, put together line by line: each line has to be one that this understands.
#[test]
fn every_script_and_style_is_in_what_is_sent_and_runs_after_what_it_needs() {
    let desk = TestApp::new();
    let sent = |name: &str| desk.anyone().get(&format!("/assets/any/inbox/{name}")).expect(200).text;
    let (script, style) = (sent("main.js"), sent("main.css"));
    let strange: Vec<&str> =
        script.lines().filter(|line| line.starts_with("import ") || line.starts_with("export ")).collect();
    assert!(strange.is_empty(), "{strange:?}");
    let is_first = |name: &str| ["main.js", "early.js"].contains(&name) || name.starts_with("words/");
    for name in files(".js").keys() {
        // What nobody imports would be sent by itself.
        let alone = desk.anyone().get(&format!("/assets/any/inbox/{name}"));
        assert_eq!(alone.status == 200, is_first(name), "{name}");
    }
    let parts = script.matches("\nparts[").count();
    assert_eq!(parts, files(".js").keys().filter(|name| !is_first(name)).count());
    for number in 0..parts {
        let is_there = script.find(&format!("\nparts[{number}] = ")).unwrap();
        let is_used = script.find(&format!(" = parts[{number}];"));
        assert!(is_used.is_none_or(|used| used > is_there), "part {number} is used before it is there");
    }
    for (name, text) in files(".css").iter().filter(|(name, _)| *name != "main.css") {
        assert!(style.contains(text.as_str()), "{name} is in no style sheet");
    }
}

#[test]
fn nothing_that_was_written_by_others_is_read_as_html() {
    let risky = [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        " onclick=",
        " style=",
    ];
    for (name, text) in files(".js") {
        for word in risky {
            let times = text.matches(word).count();
            let allowed = usize::from(name == "core/html.js" && word == "innerHTML");
            assert_eq!(times, allowed, "{name} has {word}");
        }
    }
}

/// The words of a language: `part.name`.
fn words(language: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(folder().join(format!("words/{language}.js"))).unwrap();
    let mut part = String::new();
    let mut words = BTreeSet::new();
    for line in text.lines() {
        let depth = line.len() - line.trim_start().len();
        let names = names_in(line);
        match (depth, names.first()) {
            (2, Some(first)) => {
                part = first.clone();
                words.extend(names[1..].iter().map(|name| format!("{part}.{name}")));
            }
            (_, Some(_)) if depth >= 4 => words.extend(names.iter().map(|name| format!("{part}.{name}"))),
            _ => {}
        }
    }
    words
}

/// The names of a line's properties: what stands before a colon, outside of texts and brackets of functions.
fn names_in(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut word, mut quote, mut depth) = (String::new(), None, 0);
    let mut before = ' ';
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open && before != '\\' => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`' | '\'') => quote = Some(letter),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth -= 1,
            (None, ':') if depth == 0 && !word.is_empty() => names.push(std::mem::take(&mut word)),
            (None, 'a'..='z' | 'A'..='Z' | '0'..='9' | '_') if depth == 0 => {
                word.push(letter);
                before = letter;
                continue;
            }
            _ => {}
        }
        word.clear();
        before = letter;
    }
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn every_language_says_the_same_and_all_that_is_said_has_words() {
    let english = words("en");
    assert!(english.len() > 150 && english.contains("actions.reply") && english.contains("time.today"), "{english:?}");
    let german = words("de");
    let differ: Vec<_> = english.symmetric_difference(&german).collect();
    assert!(differ.is_empty(), "not in both languages: {differ:?}");
    for (name, text) in files(".js") {
        for said in between(&text, "say(\"", "\"") {
            assert!(
                !said.contains('.') || said.ends_with('.') || english.contains(said),
                "{name} says {said}, for which there are no words"
            );
        }
    }
}

#[test]
fn every_picture_of_a_button_is_there() {
    let pictures = std::fs::read_to_string(folder().join("icons.svg")).unwrap();
    for (name, text) in files(".js") {
        for picture in between(&text, "icon(\"", "\"").into_iter().chain(between(&text, "iconButton(\"", "\"")) {
            assert!(pictures.contains(&format!("id=\"icon-{picture}\"")), "{name} shows {picture}, which is not there");
        }
    }
}

#[test]
fn the_page_is_small() {
    let desk = TestApp::new();
    // A debug build packs in haste; these are packed as a release packs them.
    let size = |name: &str| {
        let sent = desk.anyone().get(&format!("/assets/any/inbox/{name}")).expect(200).bytes;
        Packing::Brotli.pack(&sent, Effort::Kept).unwrap().len()
    };
    // A reader has one language.
    let scripts: usize = ["early.js", "main.js", "words/en.js"].into_iter().map(size).sum();
    let styles = size("main.css");
    eprintln!("packed: scripts {scripts} of {SCRIPTS_MAX} bytes, styles {styles} of {STYLES_MAX}");
    assert!(scripts <= SCRIPTS_MAX && styles <= STYLES_MAX, "{scripts} and {styles} bytes");
}
