//! What a file is: what its sender says and what its bytes say, of the two the safer; and what may be shown in a page.

/// A part of this length at the beginning of a file tells its type, in bytes.
pub const HEAD: usize = 8 * 1024;

/// What is known of nothing.
pub const UNKNOWN: &str = "application/octet-stream";

/// A PDF.
pub const PDF: &str = "application/pdf";

/// What a browser may show by itself: none of it runs.
const SHOWN: [&str; 11] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "video/mp4",
    "video/webm",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    PDF,
    "text/plain",
];

/// Other names of the same.
const ALIASES: [(&str, &str); 10] = [
    ("image/jpg", "image/jpeg"),
    ("image/pjpeg", "image/jpeg"),
    ("image/x-png", "image/png"),
    ("audio/mp3", "audio/mpeg"),
    ("audio/x-wav", "audio/wav"),
    ("audio/wave", "audio/wav"),
    ("audio/vnd.wave", "audio/wav"),
    ("application/ogg", "audio/ogg"),
    ("audio/opus", "audio/ogg"),
    ("application/x-pdf", PDF),
];

/// Whether a browser may show a file of this type in a page of its own, rather than save it.
pub fn is_shown(mime_type: &str) -> bool {
    SHOWN.contains(&mime_type)
}

/// The type of a file that is claimed to be `claim`, is called `name` and begins with `head` ([`HEAD`] bytes, or all).
///
/// What is shown must be what it says; what is only saved may be called what its sender calls it, programs excepted.
pub fn settle(claim: Option<&str>, name: &str, head: &[u8]) -> String {
    let claim = claim.map(canonical).filter(|claim| claim != UNKNOWN && claim.len() <= 127);
    let guess = || mime_guess::from_path(name).first_raw().map(canonical).filter(|guess| guess != UNKNOWN);
    match (claim.or_else(guess), look(head)) {
        (_, Look::Program(found)) => found.to_owned(),
        (Some(claim), _) if !is_shown(&claim) => claim,
        (Some(claim), Look::Text(_)) if claim == "text/plain" => claim,
        // Claimed to be shown: the bytes decide, and text in the place of an image is nobody's image.
        (Some(_), Look::Known(found)) => canonical(found),
        (Some(_), _) => UNKNOWN.to_owned(),
        (None, Look::Known(found) | Look::Text(found)) => canonical(found),
        (None, Look::Unknown) => UNKNOWN.to_owned(),
    }
}

fn canonical(mime_type: &str) -> String {
    let lower = mime_type.trim().to_ascii_lowercase();
    let alias = ALIASES.iter().find(|(alias, _)| *alias == lower);
    alias.map_or(lower, |(_, canonical)| (*canonical).to_owned())
}

/// What the bytes alone tell.
enum Look {
    /// A signature of this type.
    Known(&'static str),
    /// A program for some machine.
    Program(&'static str),
    /// Text, of this type as far as it shows.
    Text(&'static str),
    /// Nothing.
    Unknown,
}

fn look(head: &[u8]) -> Look {
    match infer::get(head) {
        Some(found) if found.matcher_type() == infer::MatcherType::Text => Look::Text(found.mime_type()),
        Some(found) if found.matcher_type() == infer::MatcherType::App => Look::Program(found.mime_type()),
        Some(found) => Look::Known(found.mime_type()),
        None if is_text(head) => Look::Text("text/plain"),
        None => Look::Unknown,
    }
}

/// UTF-8, of which the last character may be cut off, without control characters.
fn is_text(head: &[u8]) -> bool {
    let text = match str::from_utf8(head) {
        Ok(text) => text,
        Err(fault) if fault.error_len().is_none() => {
            let valid = head.get(..fault.valid_up_to()).unwrap_or_default();
            str::from_utf8(valid).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF";
    const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\x08\0";
    const PDF: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3";
    const HTML: &[u8] = b"<!DOCTYPE html><html><script>alert(1)</script>";
    const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
    const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt ";
    const OPUS: &[u8] = b"OggS\0\x02\0\0\0\0\0\0\0\0\xe3\xc4\x2c\x5a\0\0\0\0\x5f\x5e\x2f\x36\x01\x13OpusHead\x01\x02";
    const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0";
    const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    #[test]
    fn of_what_is_claimed_and_what_is_found_the_safer_wins() {
        for (claim, name, bytes, settled, shown) in [
            (Some("image/png"), "a.png", PNG, "image/png", true),
            (Some("IMAGE/PNG"), "a.png", PNG, "image/png", true),
            (Some("image/png"), "a.png", HTML, UNKNOWN, false),
            (Some("image/png"), "a.png", SVG, UNKNOWN, false),
            (Some("image/jpeg"), "a.jpg", PNG, "image/png", true),
            (Some("image/png"), "a.png", ZIP, "application/zip", false),
            (Some("image/png"), "a.png", b"\0\x01\x02", UNKNOWN, false),
            (Some("image/svg+xml"), "a.svg", SVG, "image/svg+xml", false),
            (Some("image/svg+xml"), "a.svg", PNG, "image/svg+xml", false),
            (Some("text/html"), "a.html", b"Hello", "text/html", false),
            (Some("text/html"), "a.html", HTML, "text/html", false),
            (Some("application/xml"), "a.xml", b"<?xml version=\"1.0\"?><a/>", "application/xml", false),
            (Some("text/javascript"), "a.js", b"alert(1)", "text/javascript", false),
            (Some("text/plain"), "a.txt", b"Hello", "text/plain", true),
            (Some("text/plain"), "a.txt", "Grüße\r\n\t…".as_bytes(), "text/plain", true),
            (Some("text/plain"), "a.txt", b"", "text/plain", true),
            (Some("text/plain"), "a.txt", HTML, "text/plain", true),
            (Some("text/plain"), "a.txt", b"a\0b", UNKNOWN, false),
            (Some("text/plain"), "a.txt", b"\xff\xfea", UNKNOWN, false),
            (Some("text/csv"), "a.csv", b"a;b", "text/csv", false),
            (Some("application/pdf"), "a.pdf", PDF, "application/pdf", true),
            (Some("application/pdf"), "a.pdf", b"Hello", UNKNOWN, false),
            (Some(DOCX), "a.docx", ZIP, DOCX, false),
            (Some(DOCX), "a.docx", EXE, "application/vnd.microsoft.portable-executable", false),
            (Some("application/zip"), "a.zip", PNG, "application/zip", false),
            (Some("audio/x-wav"), "a.wav", WAV, "audio/wav", true),
            (Some("audio/ogg"), "a.ogg", OPUS, "audio/ogg", true),
            (Some("image/jpg"), "a.jpg", JPEG, "image/jpeg", true),
            (None, "a.docx", ZIP, DOCX, false),
            (Some(UNKNOWN), "a.pdf", PDF, "application/pdf", true),
            (None, "a.pdf", b"Hello", UNKNOWN, false),
            (None, "a.svg", SVG, "image/svg+xml", false),
            (None, "a.png", HTML, UNKNOWN, false),
            (None, "file", PNG, "image/png", true),
            (None, "file", b"Hello", "text/plain", true),
            (None, "file", HTML, "text/html", false),
            (None, "file", b"\0\x01\x02\x03", UNKNOWN, false),
        ] {
            assert_eq!(settle(claim, name, bytes), settled, "{claim:?} {name} {bytes:?}");
            assert_eq!(is_shown(settled), shown, "{settled}");
        }
    }

    #[test]
    fn a_character_that_the_head_cuts_in_two_makes_text_no_less_text() {
        let text = "é".repeat(HEAD);
        assert_eq!(settle(None, "file", &text.as_bytes()[..HEAD - 1]), "text/plain");
    }
}
