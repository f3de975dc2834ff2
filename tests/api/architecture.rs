//! The house: imports point down, never up.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Each floor's modules, the lowest first. A module may import those of lower floors, and itself.
const FLOORS: [&[&str]; 6] =
    [&["types"], &["store", "work"], &["desk"], &["search", "delivery"], &["api"], &["app", "cli"]];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|modules| modules.contains(&module))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    folders.iter().flat_map(|folder| sources(folder)).chain(files).collect()
}

fn imported(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split("crate::").skip(1);
    names.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default())
}

/// The faults of one file, whose path is below `src`.
fn faults(path: &str, text: &str) -> Vec<String> {
    let module = path.split(['/', '.']).next().unwrap_or_default();
    let Some(from) = floor(module) else { return Vec::new() };
    let upward = imported(text).filter(|target| match floor(target) {
        // What starts and stops everything stands on one floor, and its two modules may know each other.
        Some(5) if from == 5 => false,
        Some(to) => to > from || (to == from && *target != module),
        None => false,
    });
    upward.map(|target| format!("{path} imports {target}")).collect()
}

#[test]
fn imports_point_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    for path in sources(&root) {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        all.extend(faults(&name, &fs::read_to_string(&path).unwrap()));
    }
    assert_eq!(all, Vec::<String>::new());
}

#[test]
fn an_upward_import_would_be_noticed() {
    assert_eq!(faults("desk/contacts.rs", "use crate::api::border;"), ["desk/contacts.rs imports api"]);
    assert_eq!(faults("store/mod.rs", "use crate::work::Worker;"), ["store/mod.rs imports work"]);
    assert_eq!(faults("api/contacts.rs", "use crate::desk::contacts; use crate::types::id::Id;"), Vec::<String>::new());
}

#[test]
fn every_resource_has_the_same_name_on_both_floors_and_in_the_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let resources = [
        "conversations",
        "messages",
        "contacts",
        "tickets",
        "users",
        "teams",
        "tags",
        "inboxes",
        "saved_replies",
        "views",
        "webhooks",
        "deliveries",
        "api_keys",
        "sessions",
        "workspace",
    ];
    for resource in resources {
        for floor in ["src/api", "src/desk", "tests/api"] {
            let path = root.join(floor).join(format!("{resource}.rs"));
            assert!(path.exists(), "{} is missing", path.display());
        }
    }
}
