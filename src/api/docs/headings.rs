//! Headings of a text that was rendered from Markdown: each gets an anchor, and a link to itself.

/// A heading of a page.
#[derive(Debug, PartialEq)]
pub struct Heading {
    /// Where it is.
    pub anchor: String,
    /// Its words, as HTML.
    pub words: String,
}

/// The text, whose headings have ids, with a link at each heading to itself, and a list of those of the first level below the
/// title.
pub fn linked(html: &str) -> (String, Vec<Heading>) {
    let mut out = String::with_capacity(html.len());
    let mut headings: Vec<Heading> = Vec::new();
    let mut rest = html;
    while let Some(found) = next(rest) {
        let Found { before, level, anchor, words, after } = found;
        out.push_str(before);
        out.push_str(&format!(
            "<h{level} id=\"{anchor}\">{words} <a class=\"self\" href=\"#{anchor}\" aria-label=\"Link to “{}”\">#</a></h{level}>",
            bare(words)
        ));
        if level == '2' {
            headings.push(Heading { anchor: anchor.to_owned(), words: words.to_owned() });
        }
        rest = after;
    }
    out.push_str(rest);
    (out, headings)
}

/// A heading, and what stands around it.
struct Found<'a> {
    before: &'a str,
    level: char,
    anchor: &'a str,
    words: &'a str,
    after: &'a str,
}

fn next(html: &str) -> Option<Found<'_>> {
    let starts = [('2', "<h2 id=\""), ('3', "<h3 id=\"")];
    let (at, level) = starts.iter().filter_map(|(level, start)| Some((html.find(start)?, *level))).min()?;
    let (before, rest) = html.split_at_checked(at)?;
    let (anchor, rest) = rest.get(8..)?.split_once("\">")?;
    let (words, after) = rest.split_once(&format!("</h{level}>"))?;
    Some(Found { before, level, anchor, words, after })
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
    fn each_heading_links_to_itself() {
        let (html, headings) = linked(
            "<p>a</p><h2 id=\"the-key\">The <code>key</code></h2><h3 id=\"b\">b</h3><h2 id=\"b-2\">B</h2><p>c</p>",
        );
        assert_eq!(
            html,
            "<p>a</p><h2 id=\"the-key\">The <code>key</code> <a class=\"self\" href=\"#the-key\" aria-label=\"Link to “The key”\">#</a></h2>\
             <h3 id=\"b\">b <a class=\"self\" href=\"#b\" aria-label=\"Link to “b”\">#</a></h3>\
             <h2 id=\"b-2\">B <a class=\"self\" href=\"#b-2\" aria-label=\"Link to “B”\">#</a></h2><p>c</p>"
        );
        let anchors: Vec<&str> = headings.iter().map(|heading| heading.anchor.as_str()).collect();
        assert_eq!(anchors, ["the-key", "b-2"]);
    }
}
