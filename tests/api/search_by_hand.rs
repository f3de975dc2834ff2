//! A search without an index: every object is looked at as the lists show it, word by word. Written from what is promised of
//! the query language, and not from how the index goes about it.

use crate::harness::Client;
use crate::harness::id;
use crate::lives::read_through;
use commflow::search::query::Filter;
use commflow::search::query::FilterField;
use commflow::search::query::ObjectId;
use commflow::search::query::Part;
use commflow::search::query::Query;
use commflow::search::text::fold;
use commflow::search::text::tokens;
use serde_json::Value;
use std::collections::BTreeSet;

/// What an erased contact leaves of his name. Nobody is found by it.
const ERASED: &str = "Deleted contact";

/// An object, as its list shows it.
pub struct Object {
    /// `conversation`, `contact` or `ticket`.
    kind: &'static str,
    shown: Value,
    /// The words of each of its texts. A phrase stands in one of them.
    pub texts: Vec<Vec<String>>,
    /// The conversation and the ticket that are one thread; or the contact alone.
    ids: Vec<String>,
    /// Where the thread's ticket stands.
    inbox: Option<String>,
}

/// Everything there is.
pub struct Seen {
    /// What can be found.
    pub objects: Vec<Object>,
    users: Vec<Value>,
    inboxes: Vec<Value>,
    me: String,
}

fn words(text: &str) -> Vec<String> {
    tokens(text).map(|token| token.word).collect()
}

fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

/// Subject, tags, contact and every message.
fn texts_of_thread(conversation: &Value, messages: &[Value]) -> Vec<String> {
    let mut texts: Vec<&str> = text(&conversation["subject"]).into_iter().collect();
    texts.extend(conversation["tags"].as_array().unwrap().iter().filter_map(text));
    let contact = &conversation["contact"];
    let is_erased = contact["name"] == ERASED && contact["email"].is_null();
    texts.extend([&contact["name"], &contact["email"]].into_iter().filter(|_| !is_erased).filter_map(text));
    texts.extend(messages.iter().filter_map(|message| text(&message["body"])));
    texts.into_iter().map(str::to_owned).collect()
}

/// Name, email, phone, company and custom fields.
fn texts_of_contact(contact: &Value) -> Vec<String> {
    let mut texts: Vec<String> = ["name", "email", "phone", "company"]
        .iter()
        .filter_map(|field| text(&contact[field]))
        .map(str::to_owned)
        .collect();
    let digits = text(&contact["phone"]).map(|phone| phone.chars().filter(char::is_ascii_digit).collect());
    texts.extend(digits);
    for value in contact["custom_fields"].as_object().unwrap().values() {
        texts.extend(text(value).map(str::to_owned).or(value.is_number().then(|| value.to_string())));
    }
    texts
}

impl Seen {
    /// Looks at everything.
    pub fn by(who: &Client<'_>) -> Self {
        let all = |list: &str| read_through(who, &format!("/v1/{list}?per_page=100"));
        let tickets = all("tickets");
        let mut objects = Vec::new();
        let mut add = |kind, shown: &Value, texts: &[String], ids: &[String], inbox: Option<&str>| {
            let texts = texts.iter().map(|text| words(text)).collect();
            let (ids, inbox) = (ids.to_vec(), inbox.map(str::to_owned));
            objects.push(Object { kind, shown: shown.clone(), texts, ids, inbox });
        };
        for conversation in all("conversations") {
            let messages = all(&format!("conversations/{}/messages", id(&conversation)));
            let mut texts = texts_of_thread(&conversation, &messages);
            let ticket = tickets.iter().find(|ticket| ticket["conversation_id"] == conversation["id"]);
            let inbox = ticket.and_then(|ticket| text(&ticket["inbox_id"]));
            let ids: Vec<String> =
                [Some(&conversation), ticket].iter().flatten().map(|one| id(one).to_owned()).collect();
            add("conversation", &conversation, &texts, &ids, inbox);
            if let Some(ticket) = ticket {
                texts.extend(text(&ticket["description"]).map(str::to_owned));
                add("ticket", ticket, &texts, &ids, inbox);
            }
        }
        for contact in all("contacts") {
            add("contact", &contact, &texts_of_contact(&contact), &[id(&contact).to_owned()], None);
        }
        Self { objects, users: all("users"), inboxes: all("inboxes"), me: who.user.clone() }
    }

    /// The ids of what a query finds among objects of this type, or of all, in order.
    pub fn find(&self, query: &Query, kind: Option<&str>) -> BTreeSet<String> {
        let fits = |object: &&Object| {
            !query.is_empty() && kind.is_none_or(|kind| object.kind == kind) && self.fits(object, query)
        };
        self.objects.iter().filter(fits).map(|object| id(&object.shown).to_owned()).collect()
    }

    fn fits(&self, object: &Object, query: &Query) -> bool {
        query.required.iter().all(|part| object.holds(part))
            && !query.excluded.iter().any(|part| object.holds(part))
            && FilterField::ALL.iter().all(|field| self.passes(object, *field, &query.filters))
            && object.is_meant(&query.required)
    }

    /// Whether an object passes all filters of one field. It may have many tags, and must have all that are asked for; of
    /// anything else it has but one, which must be among those that are asked for.
    fn passes(&self, object: &Object, field: FilterField, filters: &[Filter]) -> bool {
        let of_field = |excluded| filters.iter().filter(move |one| one.field == field && one.excluded == excluded);
        let mut wanted = of_field(false).map(|one| self.is_so(object, field, &one.value));
        let none_wanted = of_field(false).next().is_none();
        let passes =
            if field == FilterField::Tag { wanted.all(|fits| fits) } else { none_wanted || wanted.any(|fits| fits) };
        let must_be_in_inbox = field == FilterField::Inbox && !none_wanted;
        passes
            // Only tickets stand in an inbox; what is not to stand in one, goes with its conversation.
            && (!must_be_in_inbox || object.kind == "ticket")
            && !of_field(true).any(|one| self.is_so(object, field, &one.value))
    }

    /// Whether this is the value of an object's field.
    fn is_so(&self, object: &Object, field: FilterField, value: &str) -> bool {
        let shown = &object.shown;
        match field {
            FilterField::Status | FilterField::Priority | FilterField::Channel => shown[field.as_str()] == value,
            FilterField::Type => object.kind == value,
            FilterField::Tag => {
                let mut tags = shown["tags"].as_array().into_iter().flatten().filter_map(text);
                tags.any(|tag| fold(tag) == fold(value))
            }
            FilterField::Assignee => object.kind != "contact" && self.has(text(&shown["assignee"]["id"]), value),
            FilterField::Inbox => object.inbox.as_ref().is_some_and(|inbox| {
                let inbox = self.inboxes.iter().find(|one| id(one) == inbox).unwrap();
                value == id(inbox) || begins_words_of(value, text(&inbox["name"]).into_iter())
            }),
            FilterField::From => object.kind != "contact" && self.is_from(&shown["contact"], value),
        }
    }

    /// Whether the assignee is the one that is meant: an id, `me`, `none`, or beginnings of name and address.
    fn has(&self, assignee: Option<&str>, value: &str) -> bool {
        match value {
            "me" => assignee == Some(&self.me),
            "none" => assignee.is_none(),
            _ => assignee.is_some_and(|assignee| {
                let user = self.users.iter().find(|user| id(user) == assignee).unwrap();
                value == assignee
                    || begins_words_of(value, ["name", "email"].iter().filter_map(|field| text(&user[field])))
            }),
        }
    }

    /// Whether it is the contact that is meant: an id, an address that is somebody's, or beginnings of name and address.
    fn is_from(&self, contact: &Value, value: &str) -> bool {
        let has_address = |contact: &Value| text(&contact["email"]).is_some_and(|email| fold(email) == fold(value));
        if value == id(contact) || has_address(contact) {
            return true;
        }
        let is_somebodys = self.objects.iter().any(|object| object.kind == "contact" && has_address(&object.shown));
        let is_erased = contact["name"] == ERASED && contact["email"].is_null();
        let texts = ["name", "email"].iter().filter_map(|field| text(&contact[field]));
        !is_somebodys && !is_erased && begins_words_of(value, texts)
    }
}

/// Whether each word of `value`, of which there is one at least, begins a word of these texts.
fn begins_words_of<'a>(value: &str, texts: impl Iterator<Item = &'a str>) -> bool {
    let (wanted, own) = (words(value), texts.flat_map(words).collect::<Vec<_>>());
    !wanted.is_empty() && wanted.iter().all(|word| own.iter().any(|own| own.starts_with(word)))
}

impl Object {
    /// Whether the words stand side by side in a text, or the id is its own. An address is its words.
    fn holds(&self, part: &Part) -> bool {
        let (last, before) = part.words.split_last().unwrap();
        let ends = |word: &String| word == last || part.by_prefix && word.starts_with(last);
        let is_run = |run: &[String]| run[..before.len()] == *before && ends(&run[before.len()]);
        self.texts.iter().any(|words| words.windows(part.words.len()).any(is_run))
            || part.id.is_some_and(|named| self.ids.contains(&as_shown(named)))
    }

    /// A thread that is named by an id is shown as what the id is of, and not as the other of its views.
    fn is_meant(&self, required: &[Part]) -> bool {
        let named: Vec<String> = required.iter().filter_map(|part| part.id).map(as_shown).collect();
        !self.ids.iter().any(|own| named.contains(own)) || named.iter().any(|named| named == id(&self.shown))
    }
}

fn as_shown(named: ObjectId) -> String {
    match named {
        ObjectId::Conversation(row) => format!("conv_{row:03}"),
        ObjectId::Ticket(row) => format!("ticket_{row:03}"),
        ObjectId::Contact(row) => format!("contact_{row:03}"),
    }
}
