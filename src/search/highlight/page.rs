//! How text becomes HTML.

use crate::search::highlight::Match;

/// What is shown of a character behind those before it: a run of white space is one space, and what would act on the
/// text around is left out.
pub fn shown(character: char, spaced: &mut bool) -> Option<char> {
    if character.is_whitespace() {
        return (!std::mem::replace(spaced, true)).then_some(' ');
    }
    if is_dropped(character) {
        return None;
    }
    *spaced = false;
    Some(character)
}

/// Control characters, and what turns the direction of writing.
pub fn is_dropped(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// HTML under construction.
pub struct Page {
    /// What was written so far.
    pub html: String,
    spaced: bool,
}

impl Default for Page {
    fn default() -> Self {
        // It does not begin with a space.
        Self { html: String::new(), spaced: true }
    }
}

impl Page {
    /// Writes a stretch of a text with these matches, in order, marked. Those that touch are marked as one.
    pub fn mark(&mut self, text: &str, (from, to): (usize, usize), matches: &[&Match]) {
        let mut marks: Vec<(usize, usize)> = Vec::new();
        for found in matches {
            match marks.last_mut().filter(|last| last.1 >= found.from) {
                Some(last) => last.1 = last.1.max(found.to),
                None => marks.push((found.from, found.to)),
            }
        }
        let mut written = from;
        for (start, end) in marks {
            let end = end.min(to);
            self.write(text.get(written..start).unwrap_or_default());
            self.html.push_str("<em>");
            self.write(text.get(start..end).unwrap_or_default());
            self.html.push_str("</em>");
            written = end;
        }
        self.write(text.get(written..to).unwrap_or_default());
    }

    fn write(&mut self, text: &str) {
        for character in text.chars() {
            if let Some(character) = shown(character, &mut self.spaced) {
                push_escaped(&mut self.html, character);
            }
        }
    }
}

/// A text as HTML that shows it, within an element or an attribute.
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    text.chars().for_each(|character| push_escaped(&mut html, character));
    html
}

fn push_escaped(html: &mut String, character: char) {
    match character {
        '&' => html.push_str("&amp;"),
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        '"' => html.push_str("&quot;"),
        '\'' => html.push_str("&#39;"),
        other => html.push(other),
    }
}
