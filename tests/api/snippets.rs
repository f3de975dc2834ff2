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
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;
use tempfile::TempDir;

/// What curl ends with where the time that it was given is over.
const OVER: i32 = 28;

/// A document with calls of every sort, and few of each.
pub fn sample() -> Value {
    serde_json::from_str(include_str!("docs_sample.json")).unwrap()
}

/// Runs each line of its input, a text of JSON, as a program of its own, and prints what came of it.
const PYTHON: &str = r#"
import contextlib, io, json, sys, traceback
for line in sys.stdin:
    out, error = io.StringIO(), ""
    with contextlib.redirect_stdout(out):
        try:
            exec(json.loads(line), {"__name__": "__main__"})
        except BaseException:
            error = traceback.format_exc()
    print(json.dumps({"out": out.getvalue(), "error": error}), flush=True)
"#;

/// The same; the number at the end tells two equal programs apart.
const JAVASCRIPT: &str = r#"
import { createInterface } from "node:readline";
import { format } from "node:util";
let number = 0;
for await (const line of createInterface({ input: process.stdin })) {
    const out = [];
    let error = "";
    console.log = (...values) => out.push(format(...values));
    try {
        await import(`data:text/javascript,${encodeURIComponent(`${JSON.parse(line)}\n//${++number}`)}`);
    } catch (thrown) {
        error = String(thrown.stack ?? thrown) || "something was thrown";
    }
    process.stdout.write(`${JSON.stringify({ out: out.join("\n"), error })}\n`);
}
"#;

/// What came of a call.
#[derive(Deserialize)]
struct Outcome {
    out: String,
    /// How it failed; empty if it did not.
    error: String,
}

/// Who runs the calls of a language, one after the other. Python and Node take longer to start than a call takes: one process of
/// them runs all.
enum Runner {
    Shell(TempDir),
    Process(TempDir, Child, BufReader<ChildStdout>),
}

impl Runner {
    /// None where the language, or what its calls need, is not there: on a developer's machine this is told, and in CI it is a
    /// failure.
    fn of(language: Language) -> Option<Self> {
        let probe = match language {
            Language::Curl => "curl --version",
            Language::Python => "import requests",
            Language::JavaScript => "",
        };
        let runner = Self::begin(language).and_then(|mut runner| runner.run(probe).error.is_empty().then_some(runner));
        assert!(runner.is_some() || std::env::var("CI").is_err(), "{} can't run: see .ci/run", language.title());
        if runner.is_none() {
            eprintln!("passed over: {} can't run its calls here (.ci/run installs what it needs)", language.title());
        }
        runner
    }

    fn begin(language: Language) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let mut command = match language {
            Language::Curl => return Some(Self::Shell(folder)),
            Language::Python => command(&installed("python/bin/python")?, &["-c", PYTHON], &folder),
            Language::JavaScript => command("node".as_ref(), &["--input-type=module", "-e", JAVASCRIPT], &folder),
        };
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        let out = BufReader::new(process.stdout.take().unwrap());
        Some(Self::Process(folder, process, out))
    }

    fn folder(&self) -> &Path {
        let (Self::Shell(folder) | Self::Process(folder, ..)) = self;
        folder.path()
    }

    fn run(&mut self, text: &str) -> Outcome {
        match self {
            Self::Shell(folder) => {
                let output = command("sh".as_ref(), &["-ec", text], folder).stdin(Stdio::null()).output().unwrap();
                let is_over = output.status.code() == Some(OVER);
                let [out, error] =
                    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
                let fine = output.status.success() || is_over;
                Outcome { error: if fine { String::new() } else { format!("{} {out}{error}", output.status) }, out }
            }
            Self::Process(_, process, out) => {
                writeln!(process.stdin.as_mut().unwrap(), "{}", json!(text)).unwrap();
                let mut line = String::new();
                out.read_line(&mut line).unwrap();
                serde_json::from_str(&line).unwrap()
            }
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if let Self::Process(_, process, _) = self {
            // Its input ends, and so does it.
            drop(process.stdin.take());
            process.wait().unwrap();
        }
    }
}

fn command(program: &Path, arguments: &[&str], folder: &TempDir) -> Command {
    let mut command = Command::new(program);
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    command.args(arguments).current_dir(folder.path());
    command
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
fn failures(document: &Value, language: Language, runner: &mut Runner) -> Vec<String> {
    let desk = TestApp::with(examples::settings);
    let sarah = examples::furnish(&desk, &Receiver::new());
    let (base, key) = (format!("http://{}", desk.server().address), sarah.key.clone().unwrap());
    let calls = examples::in_order(calls(document));
    make_files(&calls, runner.folder());
    let failed = |call: &Call| {
        let text = language.text(&examples::with_link(call, &sarah), &base, &key);
        let outcome = runner.run(&text);
        let fine = outcome.error.is_empty() && says_what_it_should(call, language, &outcome.out);
        (!fine)
            .then(|| format!("{} ({}):\n{text}\n---\n{}{}", call.operation, call.example, outcome.out, outcome.error))
    };
    calls.iter().filter_map(failed).collect()
}

/// A call that is answered with something shows it.
fn says_what_it_should(call: &Call, language: Language, out: &str) -> bool {
    match call.media {
        None if language == Language::Curl => out.is_empty() || call.method == "HEAD",
        None => out.trim() == call.status.to_string(),
        Some(_) if call.answers_json() && language != Language::JavaScript => out.contains('{') && out.contains('}'),
        Some(_) => !out.trim().is_empty(),
    }
}

fn all_run(language: Language) {
    if let Some(mut runner) = Runner::of(language) {
        assert_eq!(failures(&DOCUMENT, language, &mut runner).join("\n\n"), "");
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
        let Some(mut runner) = Runner::of(language) else { continue };
        let failures = failures(&document, language, &mut runner);
        assert_eq!(failures.len(), 1, "{failures:?}");
        assert!(failures[0].starts_with("search (default)"), "{failures:?}");
    }
}

#[test]
fn what_was_sent_is_what_the_document_says() {
    let document = sample();
    for language in Language::ALL {
        let Some(mut runner) = Runner::of(language) else { continue };
        let desk = TestApp::new();
        let keeper = furnish(&desk);
        let calls = calls(&document);
        let call = calls.iter().find(|call| call.example == "with_fields").unwrap();
        let Some(Body::Json(sent)) = &call.body else { panic!("{call:?}") };
        let base = format!("http://{}", desk.server().address);
        let text = language.text(call, &base, keeper.key.as_deref().unwrap());
        let outcome = runner.run(&text);
        assert_eq!(outcome.error, "");
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
