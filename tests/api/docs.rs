//! The documentation as a browser gets it: pages, their links, and what they are made of.

use crate::contract::DOCUMENT;
use crate::harness::Answer;
use crate::harness::TestApp;
use crate::snippets::sample;
use commflow::api::docs::errors;
use commflow::api::docs::guides;
use commflow::api::docs::reference;
use commflow::api::docs::search;
use commflow::api::openapi::calls::calls;
use commflow::api::openapi::reading;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Every page that there is.
fn pages() -> Vec<String> {
    let guides = guides::all().iter().map(|guide| format!("/docs/guides/{}", guide.slug));
    let errors = errors::all().iter().map(|one| format!("/docs/errors/{}", one.code.as_str()));
    ["/docs".to_owned(), "/docs/errors".to_owned()].into_iter().chain(guides).chain(errors).collect()
}

/// The values of an attribute, as a browser reads them.
fn attributes(html: &str, name: &str) -> Vec<String> {
    let begun = format!(" {name}=\"");
    let values = html.split(&begun).skip(1).filter_map(|rest| rest.split('"').next());
    values.map(|value| value.replace("&quot;", "\"").replace("&lt;", "<").replace("&amp;", "&")).collect()
}

fn page(desk: &TestApp, path: &str) -> Answer {
    let answer = desk.anyone().get(path).expect(200);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
    answer
}

#[test]
fn every_page_is_shut_in() {
    let desk = TestApp::new();
    for path in pages().iter().map(String::as_str).chain(["/docs/guides/nonsense", "/docs/errors/nonsense"]) {
        let answer = desk.anyone().get(path);
        let policy = answer.header("content-security-policy");
        for rule in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'none'"] {
            assert!(policy.split("; ").any(|one| one == rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        // The policy would switch these off, and nobody would notice.
        for inline in [" style=", "<style", " onclick=", "javascript:", "<script>"] {
            assert!(!answer.text.contains(inline), "{path} has {inline}");
        }
    }
}

#[test]
fn a_page_that_has_not_changed_is_not_sent_again() {
    let desk = TestApp::new();
    for path in pages().iter().map(String::as_str).chain(["/docs/search.json"]) {
        let first = desk.anyone().get(path).expect(200);
        let again = desk.anyone().send("GET", path, &[("if-none-match", &first.header("etag"))], None).expect(304);
        assert_eq!((again.text.as_str(), again.header("etag")), ("", first.header("etag")));
        assert!(again.header("cache-control").ends_with("no-cache"), "{path}");
        desk.anyone().send("GET", path, &[("if-none-match", "\"another\"")], None).expect(200);
    }
}

#[test]
fn every_operation_object_and_event_has_its_place() {
    let desk = TestApp::new();
    let html = page(&desk, "/docs").text;
    let ids: BTreeSet<String> = attributes(&html, "id").into_iter().collect();
    for operation in reading::operations(&DOCUMENT) {
        assert!(ids.contains(operation.id()), "{}", operation.id());
    }
    for event in reading::events(&DOCUMENT) {
        assert!(ids.contains(&reference::event_anchor(event.path)), "{}", event.path);
    }
    for object in ["Ticket", "Sla", "UserRef", "ContactRef", "Message", "File", "Event", "TicketHit", "PageMeta"] {
        assert!(ids.contains(object), "{object}");
        assert_eq!(html.matches(&format!(">The {object} object ")).count(), 1, "{object} is told once");
    }
    for inline in ["NewTicket", "TicketPatch", "Priority", "ContactGiven"] {
        assert!(!ids.contains(inline), "{inline} stands where it is used");
    }
    for field in ["createTicket.body.contact.email", "listTickets.query.status", "Ticket.sla", "getTicket.200.data"] {
        assert!(ids.contains(field), "{field}");
    }
}

#[test]
fn no_anchor_is_there_twice() {
    let desk = TestApp::new();
    for path in pages() {
        let mut ids = attributes(&page(&desk, &path).text, "id");
        ids.sort();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all, "{path}");
    }
}

/// The links of the documentation that lead nowhere, among those of these pages.
fn dead_links(desk: &TestApp, pages: &[String]) -> Vec<String> {
    let mut dead = Vec::new();
    // What stands behind each, looked at once.
    let mut anchors: BTreeMap<String, Option<BTreeSet<String>>> = BTreeMap::new();
    for path in pages {
        let html = page(desk, path).text;
        let links = attributes(&html, "href").into_iter().chain(attributes(&html, "src"));
        for link in links.collect::<BTreeSet<_>>() {
            let (target, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if target.is_empty() { path.as_str() } else { target };
            // What is outside is another's matter.
            if target.contains("://") {
                continue;
            }
            let there = anchors.entry(target.to_owned()).or_insert_with(|| {
                let answer = desk.anyone().get(target);
                (answer.status == 200).then(|| attributes(&answer.text, "id").into_iter().collect())
            });
            if !there.as_ref().is_some_and(|ids| anchor.is_empty() || ids.contains(anchor)) {
                dead.push(format!("{path} → {link}"));
            }
        }
    }
    dead
}

#[test]
fn every_link_leads_somewhere() {
    let desk = TestApp::new();
    assert_eq!(dead_links(&desk, &pages()), Vec::<String>::new());
}

#[test]
fn everything_that_the_search_finds_is_there() {
    let desk = TestApp::new();
    let list = desk.anyone().get("/docs/search.json").expect(200).body;
    let html = page(&desk, "/docs").text;
    let ids: BTreeSet<String> = attributes(&html, "id").into_iter().collect();
    let (mut kinds, pages) = (BTreeSet::new(), pages());
    for entry in list.as_array().unwrap() {
        let href = entry["href"].as_str().unwrap();
        match href.split_once('#') {
            Some(("/docs", anchor)) => assert!(ids.contains(anchor), "{entry}"),
            _ => assert!(pages.iter().any(|page| page == href), "{entry}"),
        }
        kinds.insert(entry["kind"].as_str().unwrap());
    }
    let all = ["error", "event", "field", "guide", "object", "operation", "parameter", "section"];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), all);
    let names: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["kind"] == "operation")
        .map(|one| one["title"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), reading::operations(&DOCUMENT).len());
}

#[test]
fn a_guide_or_an_error_that_does_not_exist_is_a_404_for_people() {
    let desk = TestApp::new();
    for path in ["/docs/guides/nonsense", "/docs/errors/nonsense", "/docs/guides/%3Cscript%3E"] {
        let answer = desk.anyone().get(path).expect(404);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert!(answer.text.contains("<h1>Not found</h1>") && answer.text.contains("id=\"page-navigation\""), "{path}");
        assert!(!answer.text.contains("nonsense") && !answer.text.contains("<script>"), "{path}");
    }
}

#[test]
fn calls_begin_with_the_address_that_the_reader_came_to() {
    let desk = TestApp::new();
    let seen = |host: &str| desk.anyone().send("GET", "/docs", &[("host", host)], None).expect(200).text;
    assert!(seen("desk.example.com:8080").contains("curl</span> http://desk.example.com:8080/v1/tickets"));
    let honest = page(&desk, "/docs").text;
    assert!(honest.contains(&format!("http://{}/v1/tickets", desk.server().address)));
    for host in
        ["evil.example'; id #", "\"><script>alert(1)</script>", "a@evil.example", "evil.example/x", "evil example"]
    {
        let answer = desk.anyone().send("GET", "/docs", &[("host", host)], None);
        assert!(!answer.text.contains("evil") && !answer.text.contains("alert("), "{host}");
    }
    assert!(!honest.contains("base-of-the-reader"));
}

#[test]
fn the_public_address_comes_before_what_a_reader_says() {
    let desk = TestApp::with(|settings| settings.public_url = Some("https://desk.example.com/".to_owned()));
    let html = page(&desk, "/docs").text;
    assert!(html.contains("https://desk.example.com/v1/tickets?priority=high"));
    assert!(!html.contains("127.0.0.1"));
    assert!(page(&desk, "/docs/guides/authentication").text.contains("https://desk.example.com/v1/me"));
}

#[test]
fn texts_of_the_document_are_shown_and_never_obeyed() {
    let mut document = sample();
    let hostile = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>";
    document["info"]["title"] = json!(hostile);
    document["info"]["description"] = json!(hostile);
    document["tags"][0]["description"] = json!(hostile);
    let operation = &mut document["paths"]["/v1/tickets"]["post"];
    for field in ["summary", "description"] {
        operation[field] = json!(hostile);
    }
    operation["requestBody"]["content"]["application/json"]["examples"]["by_email"]["value"]["subject"] =
        json!(hostile);
    operation["requestBody"]["content"]["application/json"]["examples"]["by_email"]["summary"] = json!(hostile);
    let schema = &mut document["components"]["schemas"]["Ticket"];
    schema["description"] = json!(hostile);
    schema["properties"]["subject"]["description"] = json!(hostile);
    schema["properties"][hostile] = json!({"type": hostile, "enum": [hostile], "default": hostile});
    let html = reference::content(&document, "http://a.example").into_string();
    assert!(html.contains("&lt;img src=x"));
    for raw in ["<img", "<script", "onerror=alert(1)>\"'</"] {
        assert!(!html.contains(raw), "{raw}");
    }
    assert!(search::index(&document).as_array().unwrap().iter().any(|entry| entry["title"] == hostile));
}

#[test]
fn a_document_that_is_odd_or_empty_makes_a_page_all_the_same() {
    let circle = json!({"components": {"schemas": {"A": {"$ref": "#/components/schemas/A"}, "B": {"type": "object",
        "properties": {"b": {"$ref": "#/components/schemas/B"}, "list": {"type": "array", "items": {"oneOf": [{"$ref": "#/components/schemas/B"}]}}}}}},
        "tags": [{"name": "T"}], "paths": {"/x": {"get": {"tags": ["T"], "operationId": "x", "parameters": [{"$ref": "#/nowhere"}],
        "responses": {"200": {"content": {"application/json": {"schema": {"properties": {"data": {"$ref": "#/components/schemas/B"}}}}}}}}, "post": 7}}});
    for document in [json!(null), json!({}), json!({"paths": [], "tags": 7, "webhooks": {"a": {"post": {}}}}), circle] {
        reference::content(&document, "http://a.example").into_string();
        search::index(&document);
        calls(&document);
    }
}

#[test]
fn assets_are_kept_for_ever_under_their_version_alone() {
    let desk = TestApp::new();
    let html = page(&desk, "/docs").text;
    let assets: Vec<String> = attributes(&html, "href").into_iter().chain(attributes(&html, "src")).collect();
    let assets: Vec<&String> = assets.iter().filter(|link| link.starts_with("/assets/")).collect();
    assert!(assets.iter().any(|link| link.ends_with(".js")) && assets.iter().any(|link| link.ends_with(".css")));
    for link in assets {
        let answer = desk.anyone().get(link).expect(200);
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{link}");
        let etag = answer.header("etag");
        assert!(etag.starts_with('"'), "{etag} is strong");
        desk.anyone().send("GET", link, &[("if-none-match", &etag)], None).expect(304);
        let media = match link.rsplit('.').next().unwrap() {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(answer.header("content-type"), media, "{link}");
        let name = link.rsplit('/').next().unwrap();
        let old = desk.anyone().get(&format!("/assets/of-yesterday/docs/{name}")).expect(200);
        assert_eq!((old.header("cache-control").as_str(), old.text), ("no-cache", answer.text));
    }
    for path in ["/assets/x/docs/nonsense.js", "/assets/x/docs/..%2f..%2fCargo.toml", "/assets/x/docs/%2e%2e"] {
        desk.anyone().get(path).refused(404, "not_found");
    }
}

#[test]
fn scripts_import_what_there_is() {
    let desk = TestApp::new();
    for name in ["main.js", "early.js"] {
        let text = desk.anyone().get(&format!("/assets/x/docs/{name}")).expect(200).text;
        assert!(!text.contains("innerHTML") && !text.contains("https://"));
        let left: Vec<&str> = text.lines().filter(|line| line.starts_with("import ")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/static/docs")).unwrap();
    let files = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    for name in files.filter(|name| name.ends_with(".js") && !["main.js", "early.js"].contains(&name.as_str())) {
        // What nobody imports would be sent by itself.
        desk.anyone().get(&format!("/assets/x/docs/{name}")).refused(404, "not_found");
    }
}

#[test]
fn who_is_signed_in_makes_the_calls_of_a_page_without_a_key() {
    let desk = TestApp::new();
    let page = desk.signed_in(&desk.admin());
    let token = page.get("/v1/me").ok()["session"]["csrf_token"].as_str().unwrap().to_owned();
    let meta = format!("<meta name=\"csrf-token\" content=\"{token}\">");
    for path in ["/docs", "/docs/guides/quick-start", "/docs/errors", "/docs/errors/not_found"] {
        let known = page.get(path).expect(200);
        assert!(known.text.contains(&meta), "{path}");
        let stranger = desk.anyone().get(path).expect(200);
        assert!(!stranger.text.contains("csrf-token"), "{path}");
        assert_ne!(stranger.header("etag"), known.header("etag"), "{path}");
    }
}
