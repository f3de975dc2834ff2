//! Calls for Python, with the package `requests`.

use crate::api::docs::snippets::literal;
use crate::api::docs::snippets::literal::PYTHON;
use crate::api::docs::snippets::literal::quoted;
use crate::api::openapi::calls::Body;
use crate::api::openapi::calls::Call;
use crate::api::openapi::calls::Part;
use serde_json::Map;
use serde_json::Value;

/// The call as a program.
pub fn text(call: &Call, base: &str, key: &str) -> String {
    let arguments = arguments(call, base, key);
    let (open, close, indent) = if arguments.len() > 1 { ("(\n    ", ",\n)", ",\n    ") } else { ("(", ")", "") };
    let request = format!("requests.{}{open}{}{close}", call.method.to_lowercase(), arguments.join(indent));
    if call.streams() {
        return format!(
            "import requests\n\nwith {request} as response:\n    response.raise_for_status()\n    \
             for line in response.iter_lines(decode_unicode=True):\n        print(line)\n        break"
        );
    }
    format!("import requests\n\nresponse = {request}\nresponse.raise_for_status()\nprint({})", shown(call))
}

fn arguments(call: &Call, base: &str, key: &str) -> Vec<String> {
    let mut arguments = vec![quoted(&format!("{base}{}", call.path))];
    if !call.query.is_empty() {
        arguments.push(format!("params={}", query(&call.query)));
    }
    let bearer = call.scope.is_some().then(|| ("Authorization".to_owned(), format!("Bearer {key}")));
    let headers: Map<String, Value> =
        bearer.iter().chain(&call.headers).map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    if !headers.is_empty() {
        arguments.push(format!("headers={}", literal::written(&Value::Object(headers), PYTHON, 1)));
    }
    match &call.body {
        Some(Body::Json(value)) => arguments.push(format!("json={}", literal::written(value, PYTHON, 1))),
        Some(Body::Form(parts)) => arguments.push(format!("files={}", files(parts))),
        None => {}
    }
    if call.streams() {
        arguments.push("stream=True".to_owned());
    }
    arguments
}

/// As a dictionary, unless a name comes twice.
fn query(pairs: &[(String, String)]) -> String {
    let values = || pairs.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    let object: Map<String, Value> = values().collect();
    if object.len() == pairs.len() {
        return literal::written(&Value::Object(object), PYTHON, 1);
    }
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("({}, {})", quoted(name), quoted(value))).collect();
    format!("[{}]", pairs.join(", "))
}

/// Texts stand among the files, as files without a name: so it is a form with files in every case.
fn files(parts: &[Part]) -> String {
    let part = |part: &Part| {
        let value = quoted(&part.value);
        let value = if part.is_file { format!("open({value}, \"rb\")") } else { format!("(None, {value})") };
        format!("        ({}, {value}),\n", quoted(&part.name))
    };
    format!("[\n{}    ]", parts.iter().map(part).collect::<String>())
}

fn shown(call: &Call) -> &'static str {
    match call.media.as_deref() {
        None => "response.status_code",
        Some(_) if call.answers_json() => "response.json()",
        Some(media) if media.starts_with("text/") => "response.text",
        Some(_) => "len(response.content), \"bytes\"",
    }
}
