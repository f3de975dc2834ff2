//! The bytes of a file on their way out: the whole of it or one range (RFC 9110, 13 and 14), chunk by chunk. Each chunk is a
//! read of its own, held against its checksum before a byte of it is sent; one more is read ahead, and no more than that.

use crate::api::border::conditional::Tags;
use crate::desk::files::File;
use crate::desk::files::FileId;
use crate::desk::files::chunks;
use crate::desk::files::chunks::CHUNK;
use crate::desk::files::kinds;
use crate::store::Store;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::body::SizedStream;
use actix_web::http::Method;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::http::header::HeaderName;
use actix_web::http::header::HeaderValue;
use actix_web::rt;
use actix_web::web::Bytes;
use futures_util::Stream;
use futures_util::stream::empty;
use futures_util::stream::try_unfold;
use std::ops::Range;

/// What nothing in a page may do, whatever the bytes are taken for.
const SHUT_IN: &str = "default-src 'none'; sandbox";
/// The same for a PDF: Chromium has no viewer for one that is in a sandbox. Its own viewer is one, and by its bytes and by
/// `nosniff` it can be taken for nothing else.
const SHUT_IN_PDF: &str = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'";

/// Answers a GET or HEAD with a file.
///
/// # Errors
/// `range_not_satisfiable` is answered, not returned; `internal` when the first chunk is not what it was.
pub async fn send(store: &Store, request: &HttpRequest, file: &File) -> Result<HttpResponse> {
    let etag = format!("\"{}\"", file.sha256);
    if Tags::of(request, header::IF_NONE_MATCH).hold(&etag) {
        return Ok(described(HttpResponse::NotModified().finish(), file, &etag));
    }
    let size = u64::try_from(file.size).unwrap_or(0);
    let wanted = wanted(request, &etag, size);
    let (status, range) = match &wanted {
        Wanted::All => (StatusCode::OK, 0..size),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range.clone()),
        Wanted::Nothing => return Ok(not_satisfiable(size)),
    };
    let mut answer = HttpResponse::build(status);
    if let Wanted::Part(range) = &wanted {
        let last = range.end.saturating_sub(1);
        answer.insert_header((header::CONTENT_RANGE, format!("bytes {}-{last}/{size}", range.start)));
    }
    let length = range.end.saturating_sub(range.start);
    let body = if request.method() == Method::HEAD || length == 0 {
        BoxBody::new(SizedStream::new(length, empty::<Result<Bytes>>()))
    } else {
        let first = part(read(store, file.id, &range).await?, &range);
        BoxBody::new(SizedStream::new(length, Box::pin(rest(store.clone(), file.id, range, first))))
    };
    Ok(described(answer.body(body), file, &etag))
}

/// Says what a file is, and what may be done with it.
fn described(mut response: HttpResponse, file: &File, etag: &str) -> HttpResponse {
    let shown = kinds::is_shown(&file.mime_type);
    let media = if file.mime_type == "text/plain" { "text/plain; charset=utf-8" } else { &file.mime_type };
    let headers: [(HeaderName, &str); 7] = [
        (header::ETAG, etag),
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::ACCEPT_RANGES, "bytes"),
        (header::CONTENT_TYPE, media),
        (header::CONTENT_DISPOSITION, &disposition(if shown { "inline" } else { "attachment" }, file.name.as_str())),
        (header::CONTENT_SECURITY_POLICY, if media == kinds::PDF { SHUT_IN_PDF } else { SHUT_IN }),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-site"),
    ];
    for (name, value) in headers {
        let value = HeaderValue::from_str(value);
        response.headers_mut().insert(name, value.unwrap_or(HeaderValue::from_static(kinds::UNKNOWN)));
    }
    response
}

/// `Content-Disposition` (RFC 6266), with the name for clients that know no more than ASCII, and for those that do.
fn disposition(kind: &str, name: &str) -> String {
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        // attr-char of RFC 8187
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// What every client reads the same inside quotes.
fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%')
}

fn not_satisfiable(size: u64) -> HttpResponse {
    let error = Error::new(Code::RangeNotSatisfiable, format!("The file has {size} bytes, and none in this range."));
    let mut response = HttpResponse::from_error(error);
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// Which bytes are asked for.
#[derive(Debug, PartialEq)]
enum Wanted {
    All,
    Part(Range<u64>),
    Nothing,
}

fn wanted(request: &HttpRequest, etag: &str, size: u64) -> Wanted {
    let text = |name: HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    match text(header::RANGE) {
        // Only for GET; and only of the very bytes that the client has a part of.
        Some(range)
            if request.method() == Method::GET && text(header::IF_RANGE).is_none_or(|tag| tag.trim() == etag) =>
        {
            asked(range, size)
        }
        _ => Wanted::All,
    }
}

/// One range as it is asked for. More than one, or what is none, is answered with the whole: nobody has to serve ranges.
fn asked(header: &str, size: u64) -> Wanted {
    let Some((unit, range)) = header.split_once('=') else { return Wanted::All };
    let Some((first, last)) = range.trim().split_once('-') else { return Wanted::All };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !unit.trim().eq_ignore_ascii_case("bytes") || !digits(first) || !digits(last) {
        return Wanted::All;
    }
    // More than fits a number is more than any file has.
    let number = |text: &str| text.parse().unwrap_or(u64::MAX);
    match (first, last) {
        ("", "") => Wanted::All,
        ("", _) if number(last) == 0 => Wanted::Nothing,
        ("", _) if size == 0 => Wanted::All,
        ("", _) => Wanted::Part(size.saturating_sub(number(last))..size),
        (_, last) if !last.is_empty() && number(last) < number(first) => Wanted::All,
        (first, _) if number(first) >= size => Wanted::Nothing,
        (first, "") => Wanted::Part(number(first)..size),
        (first, last) => Wanted::Part(number(first)..number(last).saturating_add(1).min(size)),
    }
}

/// The chunk in which a range begins.
async fn read(store: &Store, id: FileId, range: &Range<u64>) -> Result<Bytes> {
    let number = i64::try_from(range.start / CHUNK as u64).unwrap_or(i64::MAX);
    store.read(move |db| chunks::read(db, id, number)).await.map(Bytes::from)
}

/// Of that chunk, what lies in the range.
fn part(chunk: Bytes, range: &Range<u64>) -> Bytes {
    let begin = usize::try_from(range.start % CHUNK as u64).unwrap_or(0).min(chunk.len());
    let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
    chunk.slice(begin..begin.saturating_add(length).min(chunk.len()))
}

/// The bytes of a range, whose first part is known. When a chunk can't be had, the stream ends in an error, and with it the
/// connection: so the client sees that something is missing.
fn rest(store: Store, id: FileId, range: Range<u64>, first: Bytes) -> impl Stream<Item = Result<Bytes>> {
    let ahead = read_ahead(&store, id, beyond(&range, &first));
    try_unfold(Some((first, range, ahead)), move |state| {
        let store = store.clone();
        async move {
            let Some((bytes, range, ahead)) = state else { return Ok(None) };
            let left = beyond(&range, &bytes);
            let Some(ahead) = ahead else { return Ok(Some((bytes, None))) };
            let next = ahead.await.map_err(Error::internal).flatten();
            let next = next.inspect_err(|error| tracing::error!(%id, %error, "a download broke off"))?;
            let next = part(next, &left);
            let after = read_ahead(&store, id, beyond(&left, &next));
            Ok(Some((bytes, Some((next, left, after)))))
        }
    })
}

/// What is left of a range after these bytes.
fn beyond(range: &Range<u64>, bytes: &Bytes) -> Range<u64> {
    range.start.saturating_add(bytes.len() as u64)..range.end
}

/// Reads the next chunk while the one before it is being sent.
fn read_ahead(store: &Store, id: FileId, range: Range<u64>) -> Option<rt::task::JoinHandle<Result<Bytes>>> {
    let store = store.clone();
    (!range.is_empty()).then(|| rt::spawn(async move { read(&store, id, &range).await }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_served_and_everything_else_is_the_whole() {
        for (header, wanted) in [
            ("bytes=0-9", Wanted::Part(0..10)),
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=90-", Wanted::Part(90..100)),
            ("bytes=90-1000", Wanted::Part(90..100)),
            ("bytes=90-99999999999999999999999", Wanted::Part(90..100)),
            ("bytes=99-99", Wanted::Part(99..100)),
            ("bytes=-10", Wanted::Part(90..100)),
            ("bytes=-1000", Wanted::Part(0..100)),
            ("BYTES = 0-9", Wanted::Part(0..10)),
            ("bytes=100-", Wanted::Nothing),
            ("bytes=100-200", Wanted::Nothing),
            ("bytes=99999999999999999999999-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=9-0", Wanted::All),
            ("bytes=0-9,20-29", Wanted::All),
            ("bytes=-", Wanted::All),
            ("bytes=", Wanted::All),
            ("bytes=a-b", Wanted::All),
            ("bytes=+1-2", Wanted::All),
            ("bytes=--1", Wanted::All),
            ("items=0-9", Wanted::All),
            ("0-9", Wanted::All),
            ("", Wanted::All),
        ] {
            assert_eq!(asked(header, 100), wanted, "{header}");
        }
        assert_eq!(asked("bytes=0-", 0), Wanted::Nothing);
        assert_eq!(asked("bytes=-5", 0), Wanted::All);
    }

    #[test]
    fn a_name_reads_the_same_in_every_client() {
        for (name, told) in [
            ("a.pdf", "inline; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
            ("a b'(1).pdf", "inline; filename=\"a b'(1).pdf\"; filename*=UTF-8''a%20b%27%281%29.pdf"),
            ("é\".txt", "inline; filename=\"__.txt\"; filename*=UTF-8''%C3%A9%22.txt"),
            ("100%.txt", "inline; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
            ("; x=y", "inline; filename=\"; x=y\"; filename*=UTF-8''%3B%20x%3Dy"),
        ] {
            assert_eq!(disposition("inline", name), told);
        }
    }
}
