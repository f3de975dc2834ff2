//! The texts of the demo, as the files in `data/demo` hold them.

use crate::desk::threads::Priority;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::field;
use crate::types::field::Invalid;
use deserr::Deserr;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const PEOPLE: &str = include_str!("../../../data/demo/people.json");
const THREADS: &str = include_str!("../../../data/demo/threads.json");

/// The team, and whom it may hear from.
#[derive(Debug, Deserialize)]
pub struct People {
    /// The team.
    pub agents: Vec<Agent>,
    /// Its teams, as the API takes them.
    pub teams: Vec<Value>,
    /// The inboxes; the first is there in every workspace.
    pub inboxes: Vec<Named>,
    /// The tags, as the API takes them.
    pub tags: Vec<Value>,
    /// Names of customers, by language.
    pub names: BTreeMap<String, Vec<Name>>,
    /// Their companies, by language.
    pub companies: BTreeMap<String, Vec<Company>>,
    /// What Larkfield sells.
    pub products: Vec<String>,
}

/// One of the team.
#[derive(Debug, Deserialize)]
pub struct Agent {
    /// The full name.
    pub name: String,
    /// The address.
    pub email: String,
    /// `admin` or `agent`.
    pub role: String,
    /// `inactive`: has left in the meantime.
    pub status: String,
    /// The name of the team.
    pub team: String,
}

impl Agent {
    /// How colleagues and customers call the agent.
    pub fn first_name(&self) -> &str {
        self.name.split(' ').next().unwrap_or_default()
    }

    /// Whether the agent has left in the meantime.
    pub fn has_left(&self) -> bool {
        self.status == "inactive"
    }
}

/// Something that has a name.
#[derive(Debug, Deserialize)]
pub struct Named {
    /// The name.
    pub name: String,
}

/// A customer's name.
#[derive(Debug, Deserialize)]
pub struct Name {
    /// As it is written at home.
    pub name: String,
    /// In Latin letters, for an address.
    pub latin: String,
}

/// Where a customer works.
#[derive(Debug, Deserialize)]
pub struct Company {
    /// The name.
    pub name: String,
    /// Where it receives mail.
    pub domain: String,
}

/// A thread as it may go, with placeholders for names, orders, amounts and dates.
#[derive(Debug, Deserialize)]
pub struct Template {
    /// `en`, `de`, …
    pub language: String,
    /// What it is about.
    pub subject: String,
    /// How it comes in.
    pub channel: String,
    /// How much it matters.
    pub priority: String,
    /// What it carries.
    pub tags: Vec<String>,
    /// Whether it is worth a ticket.
    pub ticket: bool,
    /// The name of the inbox where it arrives.
    pub inbox: String,
    /// The hour at which it begins, where the texts tell the time.
    pub hour: Option<i64>,
    /// What is written.
    pub messages: Vec<Written>,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Voice {
    /// A customer.
    Customer,
    /// One of the team, to the customer.
    Agent,
    /// One of the team, to the team.
    Note,
}

/// One message of a template.
#[derive(Debug, Deserialize)]
pub struct Written {
    /// Who speaks.
    #[serde(rename = "from")]
    pub voice: Voice,
    /// What is said.
    pub body: String,
}

impl Template {
    /// Who speaks in the message of this number.
    pub fn voice(&self, number: usize) -> Option<Voice> {
        self.messages.get(number).map(|message| message.voice)
    }

    /// Whether somebody waits on the other side of a chat window.
    pub fn is_chat(&self) -> bool {
        self.channel == "chat"
    }

    /// Whether a parcel or a sum of money is on its way before the customer can write again.
    pub fn needs_days(&self) -> bool {
        let slow = |tag: &String| ["shipping", "return", "refund", "hardware"].contains(&tag.as_str());
        !self.is_chat() && self.rank() != Priority::Urgent && self.tags.iter().any(slow)
    }

    /// How much it matters.
    pub fn rank(&self) -> Priority {
        self.priority.parse().unwrap_or(Priority::Normal)
    }

    /// Whether subject or messages hold this text.
    pub fn holds(&self, text: &str) -> bool {
        self.subject.contains(text) || self.messages.iter().any(|message| message.body.contains(text))
    }
}

/// The team, and whom it may hear from.
///
/// # Errors
/// When the file is not what it should be.
pub fn people() -> Result<People> {
    Ok(serde_json::from_str(PEOPLE)?)
}

/// The threads as they may go.
///
/// # Errors
/// When the file is not what it should be.
pub fn templates() -> Result<&'static [Template]> {
    static READ: LazyLock<serde_json::Result<Vec<Template>>> = LazyLock::new(|| serde_json::from_str(THREADS));
    READ.as_deref().map_err(|cause| Error::internal(cause.to_string()))
}

/// What a desk function takes, from the JSON that a client would send.
///
/// # Errors
/// 422 with all the fields at fault.
pub fn input<T: Deserr<Invalid>>(json: Value) -> Result<T> {
    field::parse(json).map_err(Error::from)
}
