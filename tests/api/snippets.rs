//! The calls that the documentation shows: each is run as it stands there, in every language, and has to succeed.

use crate::access::furnish;
use crate::contract::DOCUMENT;
use crate::examples;
use crate::harness::TestApp;
use crate::installed::installed;
use crate::receiver::Receiver;
use commflow::api::docs::snippets::Language;
use commflow::api::openapi::calls::Body;
use commflow::api::openapi::calls::Call;
use commflow::api::openapi::calls::calls;
use serde_json::Value;
use serde_json::json;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use tempfile::TempDir;

/// What curl ends with where the time that it was given is over.
const OVER: i32 = 28;

/// A document with calls of every sort, and few of each.
pub fn sample() -> Value {
    serde_json::from_str(include_str!("docs_sample.json")).unwrap()
}

/// What runs the calls of a language: a program and its arguments, the text of the call being the last.
fn runner(language: Language) -> Option<Vec<PathBuf>> {
    match language {
        Language::Curl => Some(vec!["sh".into(), "-ec".into()]),
        Language::Python => Some(vec![installed("python/bin/python")?, "-c".into()]),
        Language::JavaScript => Some(vec!["node".into(), "--input-type=module".into(), "-e".into()]),
    }
}

/// Whether what the calls need is there; what is missing on a developer's machine is told, and missing in CI is a failure.
fn is_there(language: Language, runner: &[PathBuf]) -> bool {
    let probe = match language {
        Language::Curl => "curl --version",
        Language::Python => "import requests",
        Language::JavaScript => "",
    };
    let there = run(runner, probe, Path::new(".")).is_some_and(|output| output.status.success());
    assert!(there || std::env::var("CI").is_err(), "{} can't run its calls: see .ci/run", language.title());
    if !there {
        eprintln!("passed over: {} can't run its calls here (.ci/run installs what it needs)", language.title());
    }
    there
}

fn run(runner: &[PathBuf], text: &str, folder: &Path) -> Option<Output> {
    let mut command = Command::new(&runner[0]);
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    command.args(&runner[1..]).arg(text).current_dir(folder).stdin(Stdio::null()).output().ok()
}

/// The files that calls upload.
fn make_files(calls: &[Call], folder: &Path) {
    for call in calls {
        let Some(Body::Form(parts)) = &call.body else { continue };
        for part in parts.iter().filter(|part| part.is_file) {
            std::fs::write(folder.join(&part.value), b"%PDF-1.7 as far as anybody looks").unwrap();
        }
    }
}

/// Runs every call of a document, in its order, those that delete at the end. Tells which ones failed, and how.
pub fn failures(document: &Value, language: Language, runner: &[PathBuf]) -> Vec<String> {
    let desk = TestApp::with(examples::settings);
    let sarah = examples::furnish(&desk, &Receiver::new());
    let (base, key) = (format!("http://{}", desk.server().address), sarah.key.clone().unwrap());
    let folder = TempDir::new().unwrap();
    let calls = examples::in_order(calls(document));
    make_files(&calls, folder.path());
    let failed = |call: &Call| {
        let text = language.text(&examples::with_link(call, &sarah), &base, &key);
        let output = run(runner, &text, folder.path()).unwrap();
        let is_over = call.streams() && language == Language::Curl && output.status.code() == Some(OVER);
        let fine = (output.status.success() || is_over) && says_what_it_should(call, language, &output);
        (!fine).then(|| {
            let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            format!("{} ({}):\n{text}\n--- {}\n{out}{err}", call.operation, call.example, output.status)
        })
    };
    calls.iter().filter_map(failed).collect()
}

/// A call that is answered with something shows it.
fn says_what_it_should(call: &Call, language: Language, output: &Output) -> bool {
    let out = String::from_utf8_lossy(&output.stdout);
    match call.media {
        None if language == Language::Curl => out.is_empty() || call.method == "HEAD",
        None => out.trim() == call.status.to_string(),
        Some(_) if call.answers_json() && language != Language::JavaScript => out.contains('{') && out.contains('}'),
        Some(_) => !out.trim().is_empty(),
    }
}

fn all_run(language: Language) {
    let Some(runner) = runner(language) else { return };
    if is_there(language, &runner) {
        assert_eq!(failures(&DOCUMENT, language, &runner).join("\n\n"), "");
    }
}

#[test]
fn every_call_runs_in_the_shell() {
    all_run(Language::Curl);
}

#[test]
fn every_call_runs_in_python() {
    all_run(Language::Python);
}

#[test]
fn every_call_runs_in_javascript() {
    all_run(Language::JavaScript);
}

#[test]
fn a_call_that_does_not_work_would_be_noticed() {
    let mut document = DOCUMENT.clone();
    document["paths"]["/v1/search"]["get"]["parameters"][0]["name"] = "nonsense".into();
    let searching = document["paths"]["/v1/search"].clone();
    document["paths"] = json!({"/v1/search": searching});
    for language in Language::ALL {
        let Some(runner) = runner(language).filter(|runner| is_there(language, runner)) else { continue };
        let failures = failures(&document, language, &runner);
        assert_eq!(failures.len(), 1, "{failures:?}");
        assert!(failures[0].starts_with("search (default)"), "{failures:?}");
    }
}

#[test]
fn what_was_sent_is_what_the_document_says() {
    let document = sample();
    for language in Language::ALL {
        let Some(runner) = runner(language).filter(|runner| is_there(language, runner)) else { continue };
        let desk = TestApp::new();
        let keeper = furnish(&desk);
        let calls = calls(&document);
        let call = calls.iter().find(|call| call.example == "with_fields").unwrap();
        let Some(Body::Json(sent)) = &call.body else { panic!("{call:?}") };
        let base = format!("http://{}", desk.server().address);
        let text = language.text(call, &base, keeper.key.as_deref().unwrap());
        run(&runner, &text, Path::new(".")).unwrap();
        let made = keeper.get("/v1/tickets/ticket_002").ok();
        for field in ["subject", "description", "custom_fields"] {
            assert_eq!(made[field], sent[field], "{text}");
        }
    }
}

#[test]
fn the_calls_of_a_document_are_its_examples_in_its_order() {
    let calls = calls(&sample());
    let names: Vec<String> = calls.iter().map(|call| format!("{} {}", call.operation, call.example)).collect();
    assert_eq!(
        names,
        [
            "listTickets default",
            "createTicket by_email",
            "createTicket with_fields",
            "getTicket default",
            "updateTicket resolve",
            "updateTicket retag",
            "createMessage reply",
            "createMessage with_files",
            "deleteContact default",
            "uploadFile default",
            "listEvents default",
            "streamEvents default",
            "search default",
            "getHealth default",
        ]
    );
    let by_name = |name: &str| calls.iter().find(|call| call.operation == name).unwrap();
    let search = by_name("search");
    assert_eq!(search.target(), "/v1/search?q=login%20status%3Aopen&type=ticket");
    assert_eq!((search.status, search.scope.as_deref(), search.tag.as_str()), (200, Some("read"), "Search"));
    assert_eq!(by_name("getHealth").scope, None);
    assert!(by_name("streamEvents").streams());
    let delete = by_name("deleteContact");
    assert_eq!((delete.status, delete.media.as_ref(), delete.path.as_str()), (204, None, "/v1/contacts/contact_001"));
    let Some(Body::Form(parts)) = &calls[7].body else { panic!("{:?}", calls[7]) };
    let parts: Vec<_> = parts.iter().map(|part| (part.name.as_str(), part.value.as_str(), part.is_file)).collect();
    assert_eq!(
        parts,
        [
            ("body", "It's all; in <there>", false),
            ("type", "note", false),
            ("attachments[]", "document.pdf", true),
            ("attachments[]", "screenshot.png", true),
        ]
    );
}
