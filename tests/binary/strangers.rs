//! Programs that others wrote: what they expect of us, we must do. `.ci/run` installs them into `target/strangers`.

use crate::harness::Desk;
use crate::installed::installed;
use crate::receiver::Received;
use crate::receiver::Receiver;
use serde_json::Value;
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

const PYTHON: &str = r#"
import json, sys
from standardwebhooks.webhooks import Webhook
for line in sys.stdin:
    case = json.loads(line)
    try:
        told = Webhook(case["secret"]).verify(case["payload"].encode(), case["headers"])
        print("verified", told["id"])
    except Exception as cause:
        print("refused", type(cause).__name__)
"#;

const NODE: &str = r#"
const { Webhook } = require("standardwebhooks");
for (const line of require("fs").readFileSync(0, "utf8").trim().split("\n")) {
    const { secret, payload, headers } = JSON.parse(line);
    try {
        console.log("verified", new Webhook(secret).verify(payload, headers).id);
    } catch (cause) {
        console.log("refused", cause.constructor.name);
    }
}
"#;

/// Python, with the packages that the guides use.
pub fn python() -> Option<PathBuf> {
    let python = installed("python/bin/python")?;
    let has = Command::new(&python).args(["-c", "import requests, standardwebhooks"]).output().unwrap();
    if has.status.success() {
        return Some(python);
    }
    assert!(std::env::var("CI").is_err(), "Python has not all packages: see .ci/run");
    eprintln!("passed over: `requests` is not installed (.ci/run does that)");
    None
}

/// The folder with the packages of Node.
pub fn packages() -> Option<PathBuf> {
    installed("node_modules/standardwebhooks").and_then(|package| package.parent().map(Path::to_owned))
}

/// What the program prints of these cases, a line each.
pub fn verified(program: &mut Command, cases: &[Value]) -> Vec<String> {
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let lines: String = cases.iter().map(|case| format!("{case}\n")).collect();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn case(received: &Received, secret: &str) -> Value {
    let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| (name, received.header(name)));
    let headers: serde_json::Map<String, Value> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({"secret": secret, "payload": String::from_utf8(received.bytes.clone()).unwrap(), "headers": headers})
}

/// Deliveries to three webhooks, each with a secret that verifies it and a word for what is expected of it.
pub fn cases(desk: &Desk) -> Vec<(Value, &'static str)> {
    let key = desk.admin_key();
    let served = desk.serve(&[]);
    let mut ada = served.client(&key);
    let receiver = Receiver::new();
    let hook =
        |path: &str, secret: Value| json!({"url": receiver.url(path), "events": ["contact.created"], "secret": secret});
    let own = ada.post("/v1/webhooks", &hook("/own", json!("your_webhook_secret"))).data(201);
    let generated = ada.post("/v1/webhooks", &hook("/generated", Value::Null)).data(201);
    let rotating = ada.post("/v1/webhooks", &hook("/rotating", Value::Null)).data(201);
    let rotated = ada.post("/v1/webhooks/webhook_003/rotate_secret", &json!({})).data(200);
    ada.post("/v1/contacts", &json!({"name": "Jürgen \u{1f600} \"高橋\" <&>\u{2028}"})).data(201);
    let received = receiver.wait_for(3);
    let at = |path: &str| received.iter().find(|one| one.path == path).unwrap();
    let secret = |made: &Value| made["signing_secret"].as_str().unwrap().to_owned();
    let mut altered = case(at("/generated"), &secret(&generated));
    altered["payload"] = json!(altered["payload"].as_str().unwrap().replace("contact_001", "contact_002"));
    vec![
        (case(at("/own"), &secret(&own)), "verified event_001"),
        (case(at("/generated"), &secret(&generated)), "verified event_001"),
        (case(at("/rotating"), &secret(&rotating)), "verified event_001"),
        (case(at("/rotating"), &secret(&rotated)), "verified event_001"),
        (case(at("/own"), &secret(&generated)), "refused WebhookVerificationError"),
        (altered, "refused WebhookVerificationError"),
    ]
}

#[test]
fn the_standard_webhooks_packages_of_python_and_node_verify_what_is_delivered() {
    let (python, node) = (python(), packages());
    if python.is_none() && node.is_none() {
        return;
    }
    let (cases, expected): (Vec<_>, Vec<_>) = cases(&Desk::new()).into_iter().unzip();
    if let Some(python) = python {
        assert_eq!(verified(Command::new(python).args(["-c", PYTHON]), &cases), expected);
    }
    if let Some(folder) = node {
        assert_eq!(verified(Command::new("node").args(["-e", NODE]).env("NODE_PATH", folder), &cases), expected);
    }
}
