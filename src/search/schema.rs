//! What the index holds of a document, and how. The words of a thread of up to [`BLOCK_MESSAGES`] messages are one document;
//! a longer thread has one more for each further block of as many, so that one more message never indexes all again.

use crate::search::tokenizers;
use crate::types::id::Id;
use tantivy::Index;
use tantivy::Term;
use tantivy::schema::FAST;
use tantivy::schema::Field;
use tantivy::schema::INDEXED;
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

/// The fields.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// Every word, with its places.
    pub text: Field,
    /// The words of a subject or name, which weigh more.
    pub title: Field,
    /// The first one, two and three characters of every word: what is typed first would else be thousands of words.
    pub edges: Field,
    /// The words of the contact's name and address, and their edges (after a `^`).
    pub who: Field,
    /// Addresses, whole.
    pub exact: Field,
    /// What can be filtered by, as `priority:high`.
    pub facts: Field,
    /// The numbers of a thread's tags. Their names are the store's: renaming one changes nothing here.
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
        who: schema.add_text_field("who", words(tokenizers::WHO, IndexRecordOption::Basic)),
        exact: schema.add_text_field("exact", words("raw", IndexRecordOption::Basic)),
        facts: schema.add_text_field("facts", words("raw", IndexRecordOption::Basic)),
        tags: schema.add_u64_field("tags", INDEXED | FAST),
        owner: schema.add_u64_field("owner", INDEXED | FAST),
        key: schema.add_u64_field("key", INDEXED | FAST),
        ticket: schema.add_u64_field("ticket", INDEXED | FAST),
        card: schema.add_u64_field("card", FAST),
        time: schema.add_i64_field("time", FAST),
        print: schema.add_u64_field("print", FAST),
    };
    (schema.build(), fields)
}

impl Fields {
    /// A fact, such as `priority:high`.
    pub fn fact(&self, fact: &str) -> Term {
        Term::from_field_text(self.facts, fact)
    }

    /// All documents of an owner.
    pub fn of_owner(&self, owner: Owner) -> Term {
        Term::from_field_u64(self.owner, owner.0)
    }

    /// One document.
    pub fn of_key(&self, key: Key) -> Term {
        Term::from_field_u64(self.key, key.0)
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
