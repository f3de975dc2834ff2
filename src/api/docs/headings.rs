//! Headings of a text that was rendered from Markdown: each gets an anchor, and a link to itself.

use crate::api::docs::reference::slug;

/// A heading of a page.
#[derive(Debug, PartialEq)]
pub struct Heading {
    /// Where it is.
    pub anchor: String,
    /// Its words, as HTML.
    pub words: String,
}

/// The text with linked headings, and a list of those of the first level below the title.
pub fn linked(html: &str) -> (String, Vec<Heading>) {
    let mut out = String::with_capacity(html.len());
    let mut headings: Vec<Heading> = Vec::new();
    let mut rest = html;
    while let Some((before, level, words, after)) = next(rest) {
        let plain = bare(words);
        let mut anchor = slug(&plain);
        if headings.iter().any(|heading| heading.anchor == anchor) {
            anchor = format!("{anchor}-{}", headings.len() + 1);
        }
        out.push_str(before);
        out.push_str(&format!(
            "<h{level} id=\"{anchor}\">{words} <a class=\"self\" href=\"#{anchor}\" aria-label=\"Link to “{plain}”\">#</a></h{level}>"
        ));
        headings.push(Heading { anchor, words: if level == '2' { words.to_owned() } else { String::new() } });
        rest = after;
    }
    out.push_str(rest);
    headings.retain(|heading| !heading.words.is_empty());
    (out, headings)
}

/// What stands before the next heading, its level, its words, and what stands after it.
fn next(html: &str) -> Option<(&str, char, &str, &str)> {
    let (at, level) =
        [('2', "<h2>"), ('3', "<h3>")].iter().filter_map(|(level, tag)| Some((html.find(tag)?, *level))).min()?;
    let (before, rest) = html.split_at_checked(at)?;
    let (words, after) = rest.get(4..)?.split_once(&format!("</h{level}>"))?;
    Some((before, level, words, after))
}

/// The words without their markup, quotes escaped still.
fn bare(html: &str) -> String {
    html.split('<')
        .map(|piece| piece.split_once('>').map_or(piece, |(_, rest)| rest))
        .collect::<String>()
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_heading_has_an_anchor_of_its_own() {
        let (html, headings) = linked("<p>a</p><h2>The <code>key</code></h2><h3>b</h3><h2>B</h2><p>c</p>");
        assert_eq!(
            html,
            "<p>a</p><h2 id=\"the-key\">The <code>key</code> <a class=\"self\" href=\"#the-key\" aria-label=\"Link to “The key”\">#</a></h2>\
             <h3 id=\"b\">b <a class=\"self\" href=\"#b\" aria-label=\"Link to “b”\">#</a></h3>\
             <h2 id=\"b-3\">B <a class=\"self\" href=\"#b-3\" aria-label=\"Link to “B”\">#</a></h2><p>c</p>"
        );
        let anchors: Vec<&str> = headings.iter().map(|heading| heading.anchor.as_str()).collect();
        assert_eq!(anchors, ["the-key", "b-3"]);
    }
}
