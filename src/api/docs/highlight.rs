//! Colours for code: words, texts, numbers, names and remarks, found by one small reader for all languages of the page.

use maud::Markup;
use maud::html;

/// A language that is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// The shell.
    Shell,
    /// Python.
    Python,
    /// JavaScript.
    JavaScript,
    /// JSON.
    Json,
}

impl Tongue {
    fn keywords(self) -> &'static [&'static str] {
        match self {
            Self::Shell => &["curl"],
            Self::Python => &[
                "import", "from", "with", "as", "for", "in", "if", "else", "not", "return", "def", "break", "raise",
                "True", "False", "None",
            ],
            Self::JavaScript => &[
                "import", "from", "const", "let", "await", "async", "new", "if", "else", "for", "of", "return",
                "throw", "function", "true", "false", "null",
            ],
            Self::Json => &["true", "false", "null"],
        }
    }

    fn remark(self) -> Option<&'static str> {
        match self {
            Self::Shell | Self::Python => Some("#"),
            Self::JavaScript => Some("//"),
            Self::Json => None,
        }
    }
}

/// The text with its colours, escaped.
pub fn html(tongue: Tongue, text: &str) -> Markup {
    let mut rest = text;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (class, length) = next(tongue, rest);
        let (piece, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        pieces.push((class, piece));
        rest = after;
    }
    html! {
        @for (class, piece) in pieces {
            @if class.is_empty() { (piece) } @else { span class=(class) { (piece) } }
        }
    }
}

/// The class and length of what a text begins with.
fn next(tongue: Tongue, text: &str) -> (&'static str, usize) {
    let first = text.chars().next().unwrap_or_default();
    if tongue.remark().is_some_and(|mark| text.starts_with(mark)) {
        return ("c", text.find('\n').unwrap_or(text.len()));
    }
    if first == '"' || (first == '\'' && tongue != Tongue::Json) {
        let length = quoted(text, first, tongue != Tongue::Shell || first == '"');
        let is_name = tongue == Tongue::Json && text.get(length..).is_some_and(|rest| rest.starts_with(':'));
        return (if is_name { "p" } else { "s" }, length);
    }
    if first.is_alphanumeric() || first == '_' || (first == '-' && tongue == Tongue::Shell) {
        let ends = |c: char| !(c.is_alphanumeric() || c == '_' || (tongue == Tongue::Shell && "-./:".contains(c)));
        let length = text.find(ends).unwrap_or(text.len());
        let word = text.get(..length).unwrap_or_default();
        let class = match word {
            _ if tongue.keywords().contains(&word) => "k",
            _ if tongue == Tongue::Shell && first == '-' => "p",
            _ if tongue == Tongue::Shell => "",
            _ if first.is_ascii_digit() => "n",
            _ => "",
        };
        return (class, length);
    }
    let plain = |c: char| c.is_alphanumeric() || "_'\"#/-".contains(c);
    let length = text.char_indices().skip(1).find(|(_, c)| plain(*c)).map_or(text.len(), |(at, _)| at);
    ("", length)
}

/// The length of a text in quotes, with them.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if escapes => is_escaped = true,
            _ if c == quote => return at + quote.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_texts_and_numbers_are_told_apart_and_all_is_escaped() {
        let json = html(Tongue::Json, r#"{"a<b": "c\" d", "n": 12, "on": true}"#).into_string();
        assert_eq!(
            json,
            r#"{<span class="p">&quot;a&lt;b&quot;</span>: <span class="s">&quot;c\&quot; d&quot;</span>, "#.to_owned()
                + r#"<span class="p">&quot;n&quot;</span>: <span class="n">12</span>, "#
                + r#"<span class="p">&quot;on&quot;</span>: <span class="k">true</span>}"#
        );
        let shell = html(Tongue::Shell, r"curl -X POST http://a.b/c -d 'it'\''s'").into_string();
        assert_eq!(
            shell,
            r#"<span class="k">curl</span> <span class="p">-X</span> POST http://a.b/c <span class="p">-d</span> "#
                .to_owned()
                + r#"<span class="s">'it'</span>\<span class="s">''</span>s<span class="s">'</span>"#
        );
    }

    #[test]
    fn nothing_of_a_text_is_lost() {
        for tongue in [Tongue::Shell, Tongue::Python, Tongue::JavaScript, Tongue::Json] {
            for text in ["", "\"", "'é", "a # b\n// c\nd", "-é-\u{1f600}'\\", "\\\"'\\''", "12.5e3;"] {
                let html = html(tongue, text).into_string();
                let bare: String =
                    html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, rest)| rest)).collect();
                assert_eq!(bare.replace("&quot;", "\""), text);
            }
        }
    }
}
