//! Style sheets, scripts and pictures of pages: in the binary, under a path that changes with them, so that a browser asks for
//! each version once. A debug build reads them from `static`, as they are at the moment.

use crate::api::border::bundle;
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
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

/// All that lies in `static`.
#[derive(RustEmbed)]
#[folder = "static"]
struct Assets;

/// What a debug build packs may be another file at the next request.
const EFFORT: Effort = if cfg!(debug_assertions) { Effort::Once } else { Effort::Kept };

/// How long what was read is true: a debug build looks again, as files may have changed since. A page asks for several at once.
const HOLDS: Duration = if cfg!(debug_assertions) { Duration::from_secs(1) } else { Duration::MAX };

/// All assets as they are sent, by name, and the version of all together.
struct Known {
    version: String,
    assets: BTreeMap<String, Arc<Asset>>,
}

static KNOWN: Mutex<Option<(Arc<Known>, Instant)>> = Mutex::new(None);

impl Known {
    fn now() -> Arc<Self> {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        match known.as_ref() {
            Some((now, read_at)) if read_at.elapsed() < HOLDS => Arc::clone(now),
            before => {
                let now = Arc::new(Self::read(before.map(|(before, _)| before.as_ref())));
                *known = Some((Arc::clone(&now), Instant::now()));
                now
            }
        }
    }

    /// Reads all; what is as it was before is packed already.
    fn read(before: Option<&Self>) -> Self {
        let mut assets = BTreeMap::new();
        // What another file imports is sent with that one.
        let parts: BTreeSet<String> =
            Assets::iter().flat_map(|name| bundle::imported(&name, &read(&name).unwrap_or_default())).collect();
        for name in Assets::iter().filter(|name| !parts.contains(name.as_ref())) {
            let Some(asset) = Asset::of(&name) else { continue };
            let same =
                before.and_then(|before| before.assets.get(name.as_ref())).filter(|old| old.digits == asset.digits);
            assets.insert(name.into_owned(), same.map_or_else(|| Arc::new(asset), Arc::clone));
        }
        let mut hash = Sha256::new();
        for (name, asset) in &assets {
            hash.update(format!("{name} {}\n", asset.digits));
        }
        Self { version: digits(&hash.finalize()), assets }
    }
}

/// The version of all assets together.
pub fn version() -> String {
    Known::now().version.clone()
}

/// Where a page finds one of them, such as `docs/page.css`.
pub fn path(version: &str, name: &str) -> String {
    format!("/assets/{version}/{name}")
}

/// One of them as a text that stands in the page itself; empty without such a file.
pub fn text(name: &str) -> String {
    read(name).unwrap_or_default()
}

/// Packs all of them, so that nobody has to wait for it. It takes about a second.
pub fn pack_all() {
    if EFFORT == Effort::Once {
        return;
    }
    for asset in Known::now().assets.values() {
        Packing::ALL.iter().for_each(|packing| drop(asset.packed(*packing)));
    }
}

/// What a file of `static` says; none without such a file.
fn read(name: &str) -> Option<String> {
    Some(String::from_utf8_lossy(&Assets::get(name)?.data).into_owned())
}

/// One of them.
struct Asset {
    bytes: Vec<u8>,
    media: mime_guess::Mime,
    digits: String,
    packed: [OnceLock<Bytes>; Packing::ALL.len()],
}

impl Asset {
    fn of(name: &str) -> Option<Self> {
        let bytes = match name.rsplit_once('.') {
            Some((_, "js")) => bundle::script(name, &read)?.into_bytes(),
            Some((_, "css")) => bundle::style(name, &read)?.into_bytes(),
            _ => Assets::get(name)?.data.into_owned(),
        };
        let media = mime_guess::from_path(name).first_or_octet_stream();
        Some(Self { digits: digits(&Sha256::digest(&bytes)), bytes, media, packed: Default::default() })
    }

    /// Pictures are packed by themselves, but for those that are texts.
    fn is_packable(&self) -> bool {
        let is_text = self.media.type_() == "text" || self.media.subtype() == "svg";
        is_text && self.bytes.len() >= PACKED_FROM
    }

    fn packed(&self, packing: Packing) -> Bytes {
        let pack = || packing.pack(&self.bytes, EFFORT).unwrap_or_else(|_| self.bytes.clone()).into();
        let place = Packing::ALL.iter().zip(&self.packed).find(|(one, _)| **one == packing);
        place.map_or_else(pack, |(_, place)| place.get_or_init(pack).clone())
    }
}

/// Answers with one of them. What is asked for under another version may be another tomorrow.
pub fn send(request: &HttpRequest, asked: &str, name: &str) -> HttpResponse {
    let known = Known::now();
    let Some(asset) = known.assets.get(name) else {
        return HttpResponse::from_error(Error::not_found("such asset"));
    };
    let packing = if asset.is_packable() { Packing::of(request) } else { Packing::Plain };
    let etag = packing.etag(&asset.digits);
    let kept = if asked == known.version { "public, max-age=31536000, immutable" } else { "no-cache" };
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

/// Enough of a hash to tell versions apart.
fn digits(hash: &[u8]) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
