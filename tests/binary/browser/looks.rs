//! How the pages look and what they cost: pictures for those who look at them, axe's word on who can use them, and figures.

use crate::browser::stage::Browser;
use crate::browser::stage::DESK;
use crate::browser::stage::PHONE;
use crate::browser::stage::Shape;
use crate::browser::stage::Stage;
use crate::installed::installed;
use serde_json::Value;
use serde_json::json;
use std::path::Path;

/// Each page of the inbox, by a word for its picture.
const PAGES: [(&str, &str); 18] = [
    ("inbox", "/conversations?status=open"),
    ("tickets", "/tickets?sla_status=breached"),
    ("contacts", "/contacts"),
    ("search", "/search?q=refund"),
    ("reports", "/reports"),
    ("profile", "/settings/profile"),
    ("sessions", "/settings/sessions"),
    ("users", "/settings/users"),
    ("teams", "/settings/teams"),
    ("inboxes", "/settings/inboxes"),
    ("tags", "/settings/tags"),
    ("sla", "/settings/sla"),
    ("saved-replies", "/settings/saved-replies"),
    ("views", "/settings/views"),
    ("api-keys", "/settings/api-keys"),
    ("webhooks", "/settings/webhooks"),
    ("workspace", "/settings/workspace"),
    ("contact", "/contacts/contact_001"),
];

/// The demo, and how one signs in to it.
fn demo() -> Option<(Stage, String, String)> {
    let stage = Stage::after(&["--demo"], |_| String::new())?;
    let line = stage.served.greeting.iter().find(|line| line.contains("sign in")).unwrap().clone();
    let words: Vec<&str> = line.split_whitespace().collect();
    Some((stage, words[2].to_owned(), words.last().unwrap().to_string()))
}

/// What axe finds serious about what is to be seen.
fn serious(browser: &Browser, axe: &str) -> Vec<Value> {
    if browser.script("typeof axe") == json!("undefined") {
        browser.ask(axe, &[]);
    }
    let run = "axe.run({resultTypes: ['violations']}).then((found) => arguments[0](found.violations.filter((one) => ['serious', 'critical'].includes(one.impact)).map((one) => ({id: one.id, nodes: one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200))}))))";
    browser.ask_later(run, &[]).as_array().unwrap().clone()
}

#[test]
fn axe_finds_nothing_serious_on_any_page_light_or_dark_wide_or_narrow() {
    let Some((stage, email, password)) = demo() else { return };
    let Some(axe) = installed("node_modules/axe-core/axe.min.js") else { return };
    let axe = std::fs::read_to_string(axe).unwrap();
    let mut found = Vec::new();
    for (shape, name) in [(DESK, "light"), (Shape { dark: true, ..DESK }, "dark"), (PHONE, "phone")] {
        let browser = stage.signed_in_with(&email, &password, shape);
        for (page, path) in PAGES {
            browser.turn(path);
            browser.settle();
            browser.picture(&format!("{page}-{name}"));
            let faults = serious(&browser, &axe);
            if !faults.is_empty() {
                found.push(json!({"page": page, "shape": name, "faults": faults}));
            }
        }
    }
    let stranger = stage.browser(DESK);
    stranger.go("/sign-in");
    let faults = serious(&stranger, &axe);
    assert!(found.is_empty() && faults.is_empty(), "{found:#?} {faults:#?}");
}

#[test]
fn of_a_long_list_only_what_is_in_sight_is_on_the_page() {
    let Some((stage, email, password)) = demo() else { return };
    let browser = stage.signed_in_with(&email, &password, DESK);
    browser.turn("/conversations?sort=created_at");
    browser.see("[data-test=row]");
    let total = browser.script("Math.round(parseFloat(document.querySelector('.rows').style.height) / 64)");
    assert!(total.as_i64().unwrap() >= 1_200, "{total}");
    browser.script("document.querySelector('thread-list').scrollTop = 1e9");
    browser.holds("[...document.querySelectorAll('[data-test=row]')].at(-1).getAttribute('aria-posinset') === document.querySelector('[data-test=row]').getAttribute('aria-setsize')");
    let shown = browser.script("document.querySelectorAll('.row').length");
    assert!(shown.as_i64().unwrap() < 80, "{shown}");
}

/// Figures, not a judgement: how soon the inbox can be used, and how soon a key shows.
#[test]
fn figures_of_the_page() {
    let Some((stage, email, password)) = demo() else { return };
    let browser = stage.signed_in_with(&email, &password, DESK);
    browser.settle();
    browser.go("/conversations?status=open");
    browser.see("[data-test=row]");
    let usable = browser.script("Math.round(performance.getEntriesByName('usable')[0]?.startTime ?? -1)");
    eprintln!("the inbox can be used {usable} ms after it was asked for");
    // What is asked for while the scripts are still being read is what they ask for then, word for word.
    let strays = browser.script("[...document.querySelectorAll('link[rel=preload]')].map((link) => new URL(link.href).pathname).filter((path) => performance.getEntriesByType('resource').filter((one) => new URL(one.name).pathname === path).length !== 1)");
    assert_eq!(strays, json!([]), "asked for twice");
    let pace = "const done = arguments[0]; const times = []; const press = () => { const begun = performance.now(); document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', bubbles: true})); requestAnimationFrame(() => setTimeout(() => { times.push(performance.now() - begun); if (times.length < 30) setTimeout(press, 60); else done(times.sort((a, b) => a - b)); })); }; press();";
    let times = browser.ask_later(pace, &[]);
    let times: Vec<f64> = times.as_array().unwrap().iter().map(|time| time.as_f64().unwrap()).collect();
    eprintln!(
        "from a key to the paint: median {:.0} ms, slowest of {} {:.0} ms",
        times[times.len() / 2],
        times.len(),
        times[times.len() - 1]
    );
}

/// The picture in the README is made here: with `COMMFLOW_RECORD=1`, anew.
#[test]
fn the_readme_shows_the_inbox() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/pictures/inbox.png");
    let readme = include_str!("../../../README.md");
    assert!(
        readme.lines().take(30).any(|line| line.contains("](data/pictures/inbox.png)")),
        "the README shows no picture"
    );
    let Some((stage, email, password)) = demo() else { return };
    let browser = stage.signed_in_with(&email, &password, Shape { width: 1360, height: 820, ..DESK });
    browser.go("/tickets?sla_status=warning");
    browser.click("[data-test=row] a");
    browser.see("[data-test=message]");
    browser.settle();
    let made = browser.picture("readme");
    if std::env::var_os("COMMFLOW_RECORD").is_some() {
        std::fs::copy(made, &kept).unwrap();
    }
    assert!(kept.exists(), "there is no picture: COMMFLOW_RECORD=1 cargo test --test binary readme");
}
