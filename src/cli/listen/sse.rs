//! Server-sent events, taken apart as they arrive: any number of bytes at a time, and never more in memory than one block.

/// Longest line, and longest data of a block, in bytes: no event of ours comes near it.
const LENGTH_MAX: usize = 16 * 1_024 * 1_024;

/// What stands between two empty lines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Block {
    /// The cursor after it.
    pub id: Option<String>,
    /// The kind of event; empty if it does not say.
    pub event: String,
    /// Its lines of data; none in a block that only moves the cursor.
    pub data: Option<String>,
}

/// A line or a block is too long to be one of ours.
#[derive(Debug, PartialEq)]
pub struct TooLong;

/// Takes a stream apart.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    /// The last byte ended a line: a line feed that follows is part of its end.
    after_return: bool,
    has_begun: bool,
    block: Block,
}

impl Parser {
    /// Takes the next bytes; the blocks that end in them.
    ///
    /// # Errors
    /// When a line or a block is too long.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Block>, TooLong> {
        let mut blocks = Vec::new();
        let mut rest = bytes;
        if self.after_return && !rest.is_empty() {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            self.after_return = false;
        }
        while let Some(at) = memchr::memchr2(b'\n', b'\r', rest) {
            let (line, end) = rest.split_at(at);
            self.append(line)?;
            let was_return = end.first() == Some(&b'\r');
            rest = end.get(1..).unwrap_or_default();
            if was_return {
                self.after_return = rest.is_empty();
                rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            }
            blocks.extend(self.end_line()?);
        }
        self.append(rest)?;
        Ok(blocks)
    }

    fn append(&mut self, part: &[u8]) -> Result<(), TooLong> {
        if self.line.len() + part.len() > LENGTH_MAX {
            return Err(TooLong);
        }
        self.line.extend_from_slice(part);
        Ok(())
    }

    /// Takes the line that has ended; the block, if it was the empty one.
    fn end_line(&mut self) -> Result<Option<Block>, TooLong> {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let line = if self.has_begun { &text } else { text.strip_prefix('\u{feff}').unwrap_or(&text) };
        self.has_begun = true;
        if line.is_empty() {
            let block = std::mem::take(&mut self.block);
            return Ok(Some(block).filter(|block| *block != Block::default()));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" if !value.contains('\0') => self.block.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut self.block.event),
            "data" => match &mut self.block.data {
                None => self.block.data = Some(value.to_owned()),
                Some(data) if data.len() + value.len() >= LENGTH_MAX => return Err(TooLong),
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
            },
            // A comment, a wish for how soon to come back, or what later versions may say.
            _ => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::Just;
    use proptest::prelude::Strategy;
    use proptest::prelude::any;
    use proptest::prop_assert_eq;
    use proptest::prop_oneof;
    use proptest::proptest;

    fn block(id: Option<&str>, event: &str, data: Option<&str>) -> Block {
        Block { id: id.map(str::to_owned), event: event.to_owned(), data: data.map(str::to_owned) }
    }

    fn whole(text: &str) -> Vec<Block> {
        Parser::default().feed(text.as_bytes()).unwrap()
    }

    #[test]
    fn blocks_are_read_as_the_standard_says() {
        assert_eq!(whole("retry: 2000\n\nid: event_005\n\n"), [block(Some("event_005"), "", None)]);
        assert_eq!(whole("id: 1\nevent: a\ndata: {}\n\n"), [block(Some("1"), "a", Some("{}"))]);
        assert_eq!(whole("data: a\ndata:b\ndata:  c\ndata\n\n"), [block(None, "", Some("a\nb\n c\n"))]);
        assert_eq!(whole(": heartbeat\nid: 7\n\n: nothing\n\n"), [block(Some("7"), "", None)]);
        assert_eq!(
            whole("\u{feff}data: é\u{2028}\r\n\r\ndata: x\r\rdata: half"),
            [block(None, "", Some("é\u{2028}")), block(None, "", Some("x"))]
        );
        assert_eq!(whole("id: a\0b\nunknown: x\ndata: y\n\n"), [block(None, "", Some("y"))]);
    }

    #[test]
    fn what_is_too_long_is_refused_and_not_kept() {
        let mut parser = Parser::default();
        let part = vec![b'x'; LENGTH_MAX / 4];
        let fed = (0..5).map(|_| parser.feed(&part)).find(Result::is_err);
        assert_eq!((fed, parser.line.len()), (Some(Err(TooLong)), LENGTH_MAX));
        let line = format!("data: {}\n", "x".repeat(LENGTH_MAX / 4));
        let mut parser = Parser::default();
        assert_eq!((0..5).map(|_| parser.feed(line.as_bytes())).find(Result::is_err), Some(Err(TooLong)));
    }

    fn streams() -> impl Strategy<Value = String> {
        let end = prop_oneof![Just("\n"), Just("\r"), Just("\r\n")];
        let text = prop_oneof!["[a-zé: ]{0,6}", Just("data: {\"a\": 1}".to_owned()), Just("id: event_001".to_owned())];
        let line = (prop_oneof![Just(""), Just("data:"), Just("id: "), Just("event: "), Just(":")], text, end);
        proptest::collection::vec(line, 0..20)
            .prop_map(|lines| lines.into_iter().map(|(field, text, end)| format!("{field}{text}{end}")).collect())
    }

    proptest! {
        #[test]
        fn however_the_bytes_are_cut_the_blocks_are_the_same(text in streams(), cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8)) {
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            at.extend([0, text.len()]);
            at.sort_unstable();
            let mut parser = Parser::default();
            let parts = at.windows(2).map(|ends| &text.as_bytes()[ends[0]..ends[1]]);
            let blocks: Vec<Block> = parts.flat_map(|part| parser.feed(part).unwrap()).collect();
            prop_assert_eq!(blocks, whole(&text));
            // The ends of lines are all the same to it.
            prop_assert_eq!(whole(&text.replace("\r\n", "\n").replace('\r', "\n")), whole(&text));
        }
    }
}
