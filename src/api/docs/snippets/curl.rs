//! Calls for the shell.

use crate::api::docs::snippets::literal;
use crate::api::docs::snippets::literal::JSON;
use crate::api::openapi::calls::Body;
use crate::api::openapi::calls::Call;
use crate::api::openapi::calls::Part;

/// A stream is followed for this many seconds.
const STREAMED_S: u32 = 2;

/// The call as a command.
pub fn text(call: &Call, base: &str, key: &str) -> String {
    let mut lines = vec![format!("curl {}{}", method(call), argument(&format!("{base}{}", call.target())))];
    if call.streams() {
        lines.push(format!("-N --max-time {STREAMED_S}"));
    }
    lines.push("--fail-with-body".to_owned());
    if call.scope.is_some() {
        lines.push(header("Authorization", &format!("Bearer {key}")));
    }
    lines.extend(call.headers.iter().map(|(name, value)| header(name, value)));
    match &call.body {
        Some(Body::Json(value)) => {
            lines.push(header("Content-Type", "application/json"));
            lines.push(format!("-d {}", quoted(&literal::written(value, JSON, 1))));
        }
        Some(Body::Form(parts)) => lines.extend(parts.iter().map(part)),
        None => {}
    }
    lines.join(" \\\n  ")
}

/// A form makes a POST by itself, and so does a body; the word stands there all the same, for whoever reads.
fn method(call: &Call) -> String {
    match call.method {
        "GET" => String::new(),
        "HEAD" => "--head ".to_owned(),
        method => format!("-X {method} "),
    }
}

fn header(name: &str, value: &str) -> String {
    format!("-H {}", quoted(&format!("{name}: {value}")))
}

fn part(part: &Part) -> String {
    let Part { name, value, is_file } = part;
    if *is_file {
        // In quotes, a name may hold what separates the parts of the argument.
        let is_plain = !value.contains([',', ';', '"', '\\']);
        let file = if is_plain { value.clone() } else { literal::quoted(value) };
        return format!("-F {}", argument(&format!("{name}=@{file}")));
    }
    // To -F, these mean more than the text.
    let is_plain = !value.starts_with(['@', '<', '"']) && !value.contains(';');
    format!("{} {}", if is_plain { "-F" } else { "--form-string" }, argument(&format!("{name}={value}")))
}

/// An argument, in quotes where the shell would make something else of it.
fn argument(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=%,@+".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { quoted(text) }
}

/// A text in single quotes. One inside ends them, stands there by itself, and begins them again.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
