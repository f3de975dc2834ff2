//! What the index holds of a document, and how. The words of a thread of up to [`BLOCK_MESSAGES`] messages are one document;
//! a longer thread has one more for each further block of as many, so that one more message never indexes all again.

use crate::search::query::FilterField;
use crate::search::query::ObjectId;
use crate::search::tokenizers;
use crate::types::id::Id;
use std::fmt;
use tantivy::Index;
use tantivy::Term;
use tantivy::schema::FAST;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;
use tantivy::schema::Schema;
use tantivy::schema::TextFieldIndexing;
use tantivy::schema::TextOptions;

/// Grows with each change of what is indexed or how: an index of another version is made anew.
pub const VERSION: u32 = 1;
/// Messages that share a document, in the order in which a thread shows them.
pub const BLOCK_MESSAGES: i64 = 64;

/// Whose a document is: the object's kind and number in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner(pub u64);

const CONTACT: u64 = 1 << 62;

impl Owner {
    /// The thread of this number.
    pub fn thread(number: i64) -> Self {
        Self(number.unsigned_abs())
    }

    /// The contact of this number.
    pub fn contact(number: i64) -> Self {
        Self(CONTACT | number.unsigned_abs())
    }

    /// The number of the thread or contact.
    pub fn number(self) -> i64 {
        i64::try_from(self.0 & !CONTACT).unwrap_or(i64::MAX)
    }

    /// The id of the thread or contact.
    pub fn id<K>(self) -> Id<K> {
        Id::from_row(self.number())
    }

    /// Whether it is a contact.
    pub fn is_contact(self) -> bool {
        self.0 & CONTACT != 0
    }
}

/// What tells a document from all others, for it to be replaced: its owner, and which block of a thread it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u64);

impl Key {
    /// The document of a block, 0 for the first: that of the contact, or of the thread itself.
    pub fn new(owner: Owner, block: i64) -> Self {
        // 2^20 blocks of 64 messages; the numbers of rows stay far below 2^41.
        Self((owner.0 & CONTACT) | ((owner.0 & !CONTACT) << 20) | (block.unsigned_abs() & 0xf_ffff))
    }

    /// The document's owner.
    pub fn owner(self) -> Owner {
        Owner((self.0 & CONTACT) | ((self.0 & !CONTACT) >> 20))
    }

    /// Which block it is.
    pub fn block(self) -> i64 {
        i64::try_from(self.0 & 0xf_ffff).unwrap_or(0)
    }
}

/// The fields. Those that are searched are few, for each has files and a dictionary of its own to be written at each commit.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// Every word, with its places.
    pub text: Field,
    /// The words of a subject or name, which weigh more.
    pub title: Field,
    /// The first one, two and three characters of every word: what is typed first would else be thousands of words.
    pub edges: Field,
    /// What is looked up as it stands: see [`Fact`].
    pub facts: Field,
    /// The numbers of a thread's tags, for `commflow check`.
    pub tags: Field,
    /// [`Owner`].
    pub owner: Field,
    /// [`Key`].
    pub key: Field,
    /// The number of a thread's ticket, 0 for none.
    pub ticket: Field,
    /// [`Card`](crate::search::card::Card).
    pub card: Field,
    /// When the object last moved, for the order among equals.
    pub time: Field,
    /// The fingerprint of all that was indexed, for `commflow check`.
    pub print: Field,
}

/// What is known of a document and looked up as it stands.
#[derive(Debug, Clone, Copy)]
pub enum Fact<'a> {
    /// Whose it is.
    Owner(Owner),
    /// Which one it is.
    Key(Key),
    /// The object's id.
    Id(ObjectId),
    /// In which list it shows up: `contact`, `conversation`, `ticket`.
    Is(&'a str),
    /// A field that can be filtered by, and its value.
    Filter(FilterField, &'a str),
    /// The number of a tag. Its name is the store's: renaming it changes nothing here.
    Tag(i64),
    /// The number of the contact that a thread is with.
    Contact(i64),
    /// An address, folded.
    Address(&'a str),
    /// A word of the contact's name or address.
    Who(&'a str),
    /// The first characters of such a word.
    WhoEdge(&'a str),
    /// One of several documents of a long thread.
    Long,
    /// The first of them, which knows what the thread is.
    Head,
}

impl fmt::Display for Fact<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owner(owner) => write!(out, "owner:{}", owner.0),
            Self::Key(key) => write!(out, "key:{}", key.0),
            Self::Id(ObjectId::Conversation(number)) => write!(out, "id:conv:{number}"),
            Self::Id(ObjectId::Ticket(number)) => write!(out, "id:ticket:{number}"),
            Self::Id(ObjectId::Contact(number)) => write!(out, "id:contact:{number}"),
            Self::Is(list) => write!(out, "is:{list}"),
            Self::Filter(field, value) => write!(out, "{field}:{value}"),
            Self::Tag(number) => write!(out, "tag:{number}"),
            Self::Contact(number) => write!(out, "with:{number}"),
            Self::Address(address) => write!(out, "address:{address}"),
            Self::Who(word) => write!(out, "who:{word}"),
            Self::WhoEdge(edge) => write!(out, "begins:{edge}"),
            Self::Long => write!(out, "long"),
            Self::Head => write!(out, "head"),
        }
    }
}

fn words(tokenizer: &str, option: IndexRecordOption) -> TextOptions {
    let has_weight = option != IndexRecordOption::Basic;
    let indexing =
        TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(option).set_fieldnorms(has_weight);
    TextOptions::default().set_indexing_options(indexing)
}

/// The schema, and its fields.
pub fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let fields = Fields {
        text: schema.add_text_field("text", words(tokenizers::WORDS, IndexRecordOption::WithFreqsAndPositions)),
        title: schema.add_text_field("title", words(tokenizers::WORDS, IndexRecordOption::WithFreqsAndPositions)),
        edges: schema.add_text_field("edges", words(tokenizers::EDGES, IndexRecordOption::Basic)),
        facts: schema.add_text_field("facts", words("raw", IndexRecordOption::Basic)),
        tags: schema.add_u64_field("tags", FAST),
        owner: schema.add_u64_field("owner", FAST),
        key: schema.add_u64_field("key", FAST),
        ticket: schema.add_u64_field("ticket", FAST),
        card: schema.add_u64_field("card", FAST),
        time: schema.add_i64_field("time", FAST),
        print: schema.add_u64_field("print", FAST),
    };
    (schema.build(), fields)
}

impl Fields {
    /// A fact, as it is looked up.
    pub fn fact(&self, fact: Fact) -> Term {
        Term::from_field_text(self.facts, &fact.to_string())
    }
}

/// Gives an index the tokenizers that its fields name.
pub fn register(index: &Index) {
    tokenizers::register(index.tokenizers());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_key_tells_its_owner_and_its_block(number in 1_i64..1 << 41, block in 0_i64..1 << 20, is_contact: bool) {
            let owner = if is_contact { Owner::contact(number) } else { Owner::thread(number) };
            let key = Key::new(owner, block);
            prop_assert_eq!((key.owner(), key.block()), (owner, block));
            prop_assert_eq!((owner.number(), owner.is_contact()), (number, is_contact));
        }
    }
}
