//! What files are called, and where they are said to lie: labels both, never a path that anybody follows.

use crate::described;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::schema;
use serde::Serialize;
use std::str::FromStr;
use unicode_normalization::UnicodeNormalization;

/// Longest name, in bytes: what file systems take.
const NAME_MAX: usize = 255;
/// A longer ending, in bytes, is no extension, and is cut like the rest.
const EXTENSION_MAX: usize = 32;
/// Longest folder, in characters.
const FOLDER_MAX: usize = 255;

/// A file's name: in any script, composed (NFC), 1 to 255 bytes, without path, leading dot, or characters that can't be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FileName(String);

impl FileName {
    /// The name that is left of what a client calls its file; `file` where that is nothing.
    pub fn clean(given: &str) -> Self {
        // First what can't be seen: or it could part two dots until they had been looked at.
        let name: String = given.chars().filter(|c| !is_unseen(*c)).nfc().collect();
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let name = name.trim_start_matches(|c: char| c == '.' || c.is_whitespace()).trim_end();
        let name = shortened(name);
        Self(if name.is_empty() { "file".to_owned() } else { name })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Cuts a name to [`NAME_MAX`], and lets it keep its extension.
fn shortened(name: &str) -> String {
    if name.len() <= NAME_MAX {
        return name.to_owned();
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= EXTENSION_MAX => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let room = NAME_MAX - extension.len();
    let end = (0..=room).rev().find(|end| stem.is_char_boundary(*end)).unwrap_or(0);
    let stem = stem.get(..end).unwrap_or_default();
    format!("{stem}{extension}").trim_end().to_owned()
}

/// Control characters, and those that take no room or turn the direction of writing: they only ever deceive.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Parts with something between the strokes; that a part is not `.` or `..` is left to the parser. Nothing at all is what a
/// form sends for a field that was left empty.
const FOLDER_PATTERN: &str = r"^([^/\\\x00-\x1F\x7F-\x9F]*[^\s/\\\x00-\x1F\x7F-\x9F][^/\\\x00-\x1F\x7F-\x9F]*(/[^/\\\x00-\x1F\x7F-\x9F]*[^\s/\\\x00-\x1F\x7F-\x9F][^/\\\x00-\x1F\x7F-\x9F]*)*)?$";

/// A label such as `invoices/2026`: words parted by `/`, at most 255 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Folder(String);

impl FromStr for Folder {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let refused = |message: &str| Err(Refused::new(Rule::InvalidFormat, message));
        let text: String = text.trim().nfc().collect();
        if text.is_empty() {
            return Err(Refused::new(Rule::TooShort, "can't be empty"));
        }
        if text.chars().count() > FOLDER_MAX {
            return Err(Refused::new(Rule::TooLong, format!("can't be over {FOLDER_MAX} characters")));
        }
        if text.chars().any(|c| is_unseen(c) || c == '\\') {
            return refused("can't hold backslashes, control characters, or others that can't be seen");
        }
        let is_drive = |segment: &str| segment.len() == 2 && segment.ends_with(':');
        if text.starts_with('/') || text.split('/').next().is_some_and(is_drive) {
            return refused("is a label such as `invoices/2026`, and can't begin at a root");
        }
        if text.split('/').any(|segment| segment.trim().is_empty() || matches!(segment.trim(), "." | "..")) {
            return refused("is a label such as `invoices/2026`, without empty parts, `.` and `..`");
        }
        Ok(Self(text))
    }
}

described! {
    FileName = schema::text();
    Folder = schema::text_of(0, FOLDER_MAX, FOLDER_PATTERN);
}

macro_rules! stored_as_text {
    ($($name:ident),*) => { $(
        impl rusqlite::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> { self.0.to_sql() }
        }
        impl rusqlite::types::FromSql for $name {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                String::column_result(value).map(Self)
            }
        }
    )* };
}
stored_as_text!(FileName, Folder);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_survives_in_any_script_and_nothing_else_of_it() {
        for (given, name) in [
            ("document.pdf", "document.pdf"),
            ("Прайс-лист №5.xlsx", "Прайс-лист №5.xlsx"),
            ("見積書 2026.pdf", "見積書 2026.pdf"),
            ("Zoe\u{308}.txt", "Zo\u{eb}.txt"),
            ("فاتورة.pdf", "فاتورة.pdf"),
            ("📎.png", "📎.png"),
            ("/etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("C:\\Users\\jo\\résumé.doc", "résumé.doc"),
            ("../../.ssh/authorized_keys", "authorized_keys"),
            (".htaccess", "htaccess"),
            ("\u{200b}.htaccess", "htaccess"),
            (".\u{200b}.\u{feff}/x", "x"),
            (" . . name ", "name"),
            ("gpj.\u{202e}exe", "gpj.exe"),
            ("a\0b\r\nc\t.txt", "abc.txt"),
            ("", "file"),
            ("...", "file"),
            ("dir/", "file"),
            (" \u{3000} ", "file"),
        ] {
            assert_eq!(FileName::clean(given).as_str(), name, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_and_keeps_its_extension() {
        let cut = |name: &str| FileName::clean(name).0;
        assert_eq!(cut(&format!("{}.pdf", "x".repeat(300))), format!("{}.pdf", "x".repeat(251)));
        let long = cut(&format!("{}.tar", "é".repeat(300)));
        assert!(long.ends_with("é.tar") && long.len() <= 255, "{long}");
        assert_eq!(cut(&"x".repeat(300)).len(), 255);
        assert_eq!(cut(&format!("a.{}", "x".repeat(300))).len(), 255);
    }

    #[test]
    fn a_folder_is_a_label() {
        for label in ["invoices", "invoices/2026", "Küche/..x/a b", "日本"] {
            assert_eq!(label.parse::<Folder>().unwrap().0, label);
        }
        for path in [
            "",
            " ",
            "/",
            "/etc",
            "a/",
            "a//b",
            "..",
            "a/../b",
            "a/ .. /b",
            ".",
            "a\\b",
            "C:/x",
            "a\u{202e}b",
            "a\nb",
            "a\u{200b}",
        ] {
            assert!(path.parse::<Folder>().is_err(), "{path:?}");
        }
        assert!("x".repeat(256).parse::<Folder>().is_err());
    }

    proptest! {
        #[test]
        fn what_is_clean_stays_as_it_is(given in "(\\PC|[./\\\\\u{200b}\u{202e}\u{0} \u{308}e]){0,300}") {
            let clean = FileName::clean(&given);
            prop_assert_eq!(&FileName::clean(clean.as_str()), &clean);
            prop_assert!(!clean.0.is_empty() && clean.0.len() <= NAME_MAX);
            prop_assert!(!clean.0.contains(['/', '\\', '\0']) && !clean.0.starts_with('.'));
        }
    }
}
