//! Calls for JavaScript: modules for Node, which run in a browser too where they read no file.

use crate::api::docs::snippets::literal;
use crate::api::docs::snippets::literal::JAVASCRIPT;
use crate::api::docs::snippets::literal::quoted;
use crate::api::docs::snippets::literal::written_name;
use crate::api::openapi::calls::Body;
use crate::api::openapi::calls::Call;
use crate::api::openapi::calls::Part;

/// The call as a module.
pub fn text(call: &Call, base: &str, key: &str) -> String {
    let mut text = String::new();
    if let Some(Body::Form(parts)) = &call.body {
        text.push_str(&form(parts));
    }
    let url = quoted(&format!("{base}{}", call.target()));
    let options = options(call, key);
    let options = if options.is_empty() { String::new() } else { format!(", {{\n{}}}", options.concat()) };
    text.push_str(&format!("const response = await fetch({url}{options});\n"));
    text.push_str("if (!response.ok) throw new Error(await response.text());\n");
    text.push_str(&shown(call));
    text
}

fn options(call: &Call, key: &str) -> Vec<String> {
    let mut options = Vec::new();
    if call.method != "GET" {
        options.push(format!("  method: {},\n", quoted(call.method)));
    }
    let bearer = call.scope.is_some().then(|| ("Authorization".to_owned(), format!("Bearer {key}")));
    let media =
        matches!(call.body, Some(Body::Json(_))).then(|| ("Content-Type".to_owned(), "application/json".to_owned()));
    let headers: Vec<String> = bearer
        .iter()
        .chain(&call.headers)
        .chain(&media)
        .map(|(name, value)| format!("{}: {}", written_name(name, JAVASCRIPT), quoted(value)))
        .collect();
    match headers.as_slice() {
        [] => {}
        [header] => options.push(format!("  headers: {{ {header} }},\n")),
        headers => options.push(format!("  headers: {{\n    {},\n  }},\n", headers.join(",\n    "))),
    }
    match &call.body {
        Some(Body::Json(value)) => {
            options.push(format!("  body: JSON.stringify({}),\n", literal::written(value, JAVASCRIPT, 1)));
        }
        Some(Body::Form(_)) => options.push("  body: form,\n".to_owned()),
        None => {}
    }
    options
}

fn form(parts: &[Part]) -> String {
    let mut text = String::new();
    if parts.iter().any(|part| part.is_file) {
        text.push_str("import { openAsBlob } from \"node:fs\";\n\n");
    }
    text.push_str("const form = new FormData();\n");
    for part in parts {
        let (name, value) = (quoted(&part.name), quoted(&part.value));
        let value = if part.is_file { format!("await openAsBlob({value}), {value}") } else { value };
        text.push_str(&format!("form.append({name}, {value});\n"));
    }
    text
}

fn shown(call: &Call) -> String {
    let shown = match call.media.as_deref() {
        _ if call.streams() => {
            return "const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();\n\
                    console.log((await reader.read()).value);\nawait reader.cancel();"
                .to_owned();
        }
        None => "response.status",
        Some(_) if call.answers_json() => "await response.json()",
        Some(media) if media.starts_with("text/") => "await response.text()",
        Some(_) => "await response.blob()",
    };
    format!("console.log({shown});")
}
