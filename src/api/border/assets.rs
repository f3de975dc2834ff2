//! Style sheets, scripts and pictures of pages: in the binary, under a path that changes with them, so that a browser asks for
//! each version once. A debug build reads them from `static`, as they are at the moment.

use crate::api::border::conditional::Tags;
use crate::api::border::packing::Effort;
use crate::api::border::packing::PACKED_FROM;
use crate::api::border::packing::Packing;
use crate::types::error::Error;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use rust_embed::RustEmbed;
use sha2::Digest;
use sha2::Sha256;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

/// All that lies in `static`.
#[derive(RustEmbed)]
#[folder = "static"]
struct Assets;

/// What a debug build packs may be another file at the next request.
const EFFORT: Effort = if cfg!(debug_assertions) { Effort::Once } else { Effort::Kept };

/// The version, and when it was read: in a debug build, which reads all files for it, they may have changed since.
static VERSION: Mutex<Option<(String, Instant)>> = Mutex::new(None);
/// A page asks for some hundred files at once.
const VERSION_HOLDS: Duration = Duration::from_secs(1);

/// What was packed, by the bytes and the way of packing: as many as there are files and ways, which a stranger can't add to.
static PACKED: LazyLock<Mutex<HashMap<(String, Packing), Bytes>>> = LazyLock::new(Mutex::default);

/// The version of all assets together.
pub fn version() -> String {
    let mut known = VERSION.lock().unwrap_or_else(PoisonError::into_inner);
    match known.as_ref() {
        Some((version, read_at)) if read_at.elapsed() < VERSION_HOLDS => version.clone(),
        _ => {
            let version = read_version();
            *known = Some((version.clone(), Instant::now()));
            version
        }
    }
}

fn read_version() -> String {
    let mut names: Vec<_> = Assets::iter().collect();
    names.sort();
    let mut hash = Sha256::new();
    for name in names {
        hash.update(name.as_bytes());
        hash.update(Assets::get(&name).map(|file| file.metadata.sha256_hash()).unwrap_or_default());
    }
    digits(&hash.finalize())
}

/// Where a page finds one of them, such as `docs/page.css`.
pub fn path(version: &str, name: &str) -> String {
    format!("/assets/{version}/{name}")
}

/// The names of all in a folder that end so, in order: `inbox/core/store.js` is one of `inbox`.
pub fn names(folder: &str, ending: &str) -> Vec<String> {
    let is_meant = |name: &str| name.split('/').next() == Some(folder) && name.ends_with(ending);
    let mut names: Vec<String> = Assets::iter().filter(|name| is_meant(name)).map(Cow::into_owned).collect();
    names.sort();
    names
}

/// A script and all that it imports, at once and not later, in order: what a browser needs before the script can run.
pub fn imported_by(entry: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut next = vec![entry.to_owned()];
    while let Some(name) = next.pop() {
        let Some(file) = Assets::get(&name) else { continue };
        if found.insert(name.clone()) {
            next.extend(imports(&name, &String::from_utf8_lossy(&file.data)));
        }
    }
    found
}

/// The names of what a script's lines import.
fn imports(name: &str, script: &str) -> Vec<String> {
    let paths = script.lines().filter(|line| line.starts_with("import ")).filter_map(|line| line.split('"').nth(1));
    paths.filter(|path| path.starts_with('.')).map(|path| resolved(name, path)).collect()
}

/// A path as it stands in a script, seen from `static`.
fn resolved(name: &str, path: &str) -> String {
    let mut steps: Vec<&str> = name.split('/').collect();
    steps.pop();
    for step in path.split('/') {
        match step {
            "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// Packs all of them, so that nobody has to wait for it. Takes about a second.
pub fn pack_all() {
    if EFFORT == Effort::Once {
        return;
    }
    for name in Assets::iter() {
        if let Some(asset) = Asset::of(&name) {
            Packing::ALL.iter().for_each(|packing| drop(asset.packed(*packing)));
        }
    }
}

/// One of them.
struct Asset {
    bytes: Vec<u8>,
    media: mime_guess::Mime,
    digits: String,
}

impl Asset {
    fn of(name: &str) -> Option<Self> {
        // A debug build looks in the folder, and would follow a path out of what was asked for.
        let file = Assets::iter().find(|known| known == name).and_then(|known| Assets::get(&known))?;
        let media = mime_guess::from_path(name).first_or_octet_stream();
        let bytes = if name.ends_with(".js") { slim(&file.data) } else { file.data.into_owned() };
        Some(Self { bytes, media, digits: digits(&file.metadata.sha256_hash()) })
    }

    /// Pictures are packed by themselves, but for those that are texts.
    fn is_packable(&self) -> bool {
        let is_text = self.media.type_() == "text" || self.media.subtype() == "svg";
        is_text && self.bytes.len() >= PACKED_FROM
    }

    fn packed(&self, packing: Packing) -> Bytes {
        let key = (self.digits.clone(), packing);
        if let Some(known) = PACKED.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        // Not under the lock: others need not wait for this one.
        let packed = packing.pack(&self.bytes, EFFORT).unwrap_or_else(|_| self.bytes.clone());
        let packed = Bytes::from(packed);
        PACKED.lock().unwrap_or_else(PoisonError::into_inner).insert(key, packed.clone());
        packed
    }
}

/// Answers with one of them. What is asked for under another version may be another tomorrow.
pub fn send(request: &HttpRequest, asked: &str, name: &str) -> HttpResponse {
    let Some(asset) = Asset::of(name) else {
        return HttpResponse::from_error(Error::not_found("such asset"));
    };
    let packing = if asset.is_packable() { Packing::of(request) } else { Packing::Plain };
    let etag = packing.etag(&asset.digits);
    let kept = if asked == version() { "public, max-age=31536000, immutable" } else { "no-cache" };
    let is_known = Tags::of(request, header::IF_NONE_MATCH).hold(&etag);
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, kept))
        .insert_header((header::VARY, "Accept-Encoding"));
    if is_known {
        return answer.finish();
    }
    if packing != Packing::Plain {
        answer.insert_header(packing.coding());
    }
    let charset = if asset.media.type_() == "text" { "; charset=utf-8" } else { "" };
    answer.content_type(format!("{}{charset}", asset.media)).body(asset.packed(packing))
}

/// A script without the lines that are for its readers alone: those that are nothing but a comment, and what indents the rest.
/// No text of ours goes over several lines whose beginnings matter.
fn slim(script: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(script);
    let mut slim = String::with_capacity(text.len());
    let mut in_comment = false;
    for line in text.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !(in_comment || line.is_empty() || line.starts_with("//")) {
            slim.push_str(line);
            slim.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    slim.into_bytes()
}

/// Enough of a hash to tell versions apart.
fn digits(hash: &[u8]) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_brings_what_it_imports_and_not_what_it_loads_later() {
        let script =
            "import { a } from \"./core/a.js\";\nimport \"../docs/b.js\";\nconst c = () => import(\"./c.js\");\n";
        assert_eq!(imports("inbox/main.js", script), ["inbox/core/a.js", "docs/b.js"]);
        let first = imported_by("inbox/main.js");
        assert!(first.contains("inbox/core/html.js") && !first.contains("inbox/pages/settings.js"), "{first:?}");
    }

    #[test]
    fn a_script_loses_what_is_for_its_readers_alone() {
        let script = "// Why.\n\n/** What. */\nexport function act() {\n  /*\n   * At length.\n   */\n  return a // this\n    / b;\n}\n";
        assert_eq!(slim(script.as_bytes()), b"export function act() {\nreturn a // this\n/ b;\n}\n");
    }
}
