//! The guides: all that they say to do is done, and what they show comes.

use crate::examples;
use crate::examples::Block;
use crate::examples::Reader;
use crate::harness::Desk;
use crate::strangers;
use crate::verify;
use commflow::api::docs::errors;
use commflow::api::docs::guides;
use commflow::api::docs::guides::Guide;
use commflow::types::signature;
use http::HeaderMap;
use http::HeaderName;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::process::Command;
use std::time::SystemTime;

fn guide(slug: &str) -> &'static Guide {
    guides::all().iter().find(|guide| guide.slug == slug).unwrap()
}

macro_rules! followed {
    ($($test:ident $slug:literal;)*) => {
        const FOLLOWED: &[&str] = &[$($slug,)*];
        $(
            #[test]
            fn $test() {
                let text = guide($slug).text;
                if examples::can_be_run(text) {
                    Reader::of(text).follow(text);
                }
            }
        )*
    };
}

followed! {
    the_quick_start_leads_to_a_ticket_that_is_found "quick-start";
    the_guide_to_authentication_is_true "authentication";
    the_guide_to_pagination_and_sync_is_true "pagination-and-sync";
    the_guide_to_webhooks_is_true "webhooks";
    the_guide_to_safe_retries_is_true "idempotency";
    the_guide_to_rate_limits_is_true "rate-limits";
    the_guide_to_the_search_language_is_true "search-language";
    the_guide_to_files_is_true "files";
    the_guide_to_backups_is_true "backup";
    the_guide_to_versioning_is_true "versioning";
}

#[test]
fn every_guide_is_followed_and_begins_with_a_sentence() {
    let slugs: Vec<&str> = guides::all().iter().map(|guide| guide.slug).collect();
    assert_eq!(slugs, FOLLOWED);
    for guide in guides::all() {
        assert!(guide.text.starts_with(|first: char| first.is_uppercase() || first == '`'), "{}", guide.slug);
        assert!(!guide.text.contains("\n# "), "{} has a second title", guide.slug);
    }
}

#[test]
fn no_link_leads_nowhere() {
    let guides = guides::all().iter().map(|guide| format!("/docs/guides/{}", guide.slug));
    let errors = errors::all().iter().map(|error| format!("/docs/errors/{}", error.code.as_str()));
    let others = ["/docs", "/openapi.json"].map(str::to_owned);
    let places: BTreeSet<String> = guides.chain(errors).chain(others).collect();
    let texts = guides::all().iter().map(|guide| guide.text).chain(errors::all().iter().map(|error| error.text));
    for text in texts {
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let place = link.split('#').next().unwrap();
            assert!(place.starts_with("https://") || places.contains(place), "{link} leads nowhere");
        }
    }
}

/// The blocks of the guide to webhooks that verify a delivery.
fn verifiers(language: &str) -> Vec<Block> {
    let blocks = examples::blocks(guide("webhooks").text);
    blocks.into_iter().filter(|block| block.language == language && block.note != "stays").collect()
}

const PYTHON: &str = r#"
import json, sys
for line in sys.stdin:
    case = json.loads(line)
    try:
        print("verified", verify(case["secret"], case["headers"], case["payload"].encode())["id"])
    except Exception as cause:
        print("refused")
"#;

const NODE: &str = r#"
import { readFileSync } from "node:fs";
for (const line of readFileSync(0, "utf8").trim().split("\n")) {
    const { secret, headers, payload } = JSON.parse(line);
    try {
        console.log("verified", verify(secret, headers, payload).id);
    } catch (cause) {
        console.log("refused");
    }
}
"#;

/// Real deliveries, what was made of them, and one that is sent again later; and what is to be said of each.
fn cases() -> (Vec<Value>, Vec<String>) {
    let (mut cases, expected): (Vec<Value>, Vec<&str>) = strangers::cases(&Desk::new()).into_iter().unzip();
    let short =
        |expected: &str| if expected.starts_with("refused") { "refused".to_owned() } else { expected.to_owned() };
    let mut expected: Vec<String> = expected.into_iter().map(short).collect();
    let (secret, payload) = (cases[0]["secret"].as_str().unwrap(), cases[0]["payload"].as_str().unwrap());
    let now = i64::try_from(SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    let old = signature::sign(&signature::key_bytes(secret), "event_001", now - 400, payload.as_bytes());
    let headers = |signature: &str, at: i64| json!({"webhook-id": "event_001", "webhook-timestamp": at.to_string(), "webhook-signature": signature});
    let old = json!({"secret": secret, "payload": payload, "headers": headers(&old, now - 400)});
    let unsigned = json!({"secret": secret, "payload": payload, "headers": headers("v1,", now)});
    let odd = json!({"secret": secret, "payload": payload, "headers": headers("v1a,é \u{1f600}= v1", now)});
    cases.extend([old, unsigned, odd]);
    expected.extend(["refused"; 3].map(str::to_owned));
    (cases, expected)
}

#[test]
fn what_python_and_javascript_verify_is_ours_and_nothing_else() {
    let (cases, expected) = cases();
    if let Some(python) = strangers::python() {
        let blocks = verifiers("python");
        assert_eq!(blocks.len(), 2);
        for Block { code, .. } in blocks {
            let mut program = Command::new(&python);
            program.args(["-c", &format!("{code}{PYTHON}")]);
            assert_eq!(strangers::verified(&mut program, &cases), expected, "{code}");
        }
    }
    if strangers::packages().is_some() {
        let blocks = verifiers("javascript");
        assert_eq!(blocks.len(), 2);
        for Block { code, .. } in blocks {
            let folder = Desk::new();
            let mut program = examples::node(folder.folder(), &format!("{code}{NODE}"));
            assert_eq!(strangers::verified(&mut program, &cases), expected, "{code}");
        }
    }
}

#[test]
fn what_rust_verifies_is_ours_and_nothing_else() {
    let blocks: Vec<String> = verifiers("rust").into_iter().map(|block| block.code).collect();
    assert_eq!(blocks, [verify::LIBRARY, verify::BY_HAND], "the guide shows what is compiled here");
    let (cases, expected) = cases();
    for verify in [verify::library::verify, verify::by_hand::verify] {
        let told = |case: &Value| {
            let mut headers = HeaderMap::new();
            for (name, value) in case["headers"].as_object().unwrap() {
                let name: HeaderName = name.parse().unwrap();
                headers.insert(name, http::HeaderValue::from_bytes(value.as_str().unwrap().as_bytes()).unwrap());
            }
            match verify(case["secret"].as_str().unwrap(), &headers, case["payload"].as_str().unwrap().as_bytes()) {
                Ok(event) => format!("verified {}", event["id"].as_str().unwrap()),
                Err(_) => "refused".to_owned(),
            }
        };
        assert_eq!(cases.iter().map(told).collect::<Vec<_>>(), expected);
    }
}
