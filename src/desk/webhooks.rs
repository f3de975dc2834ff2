//! Webhooks: where the change feed is sent to. What is configured here is delivered by `delivery`.

use crate::described;
use crate::desk::secrets;
use crate::store::feed;
use crate::store::list::List;
use crate::store::list::Order;
use crate::store::tx::Tx;
use crate::text_input;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::error::Faults;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::event::EventKind;
use crate::types::field::Field;
use crate::types::field::Given;
use crate::types::field::Invalid;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use crate::types::reach::Reach;
use crate::types::reach::reach;
use crate::types::schema;
use crate::types::text::Remark;
use crate::types::text::WebAddress;
use crate::types::time::Time;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use deserr::Deserr;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;

/// After a rotation, deliveries are signed with the old secret too for this long, in seconds.
pub const BOTH_SECRETS_S: i64 = 24 * 3_600;
/// At most this many webhooks.
const MAX_WEBHOOKS: i64 = 200;

/// A webhook as every exit shows it: never its secret.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Webhook {
    /// `webhook_001`.
    pub id: WebhookId,
    /// Where deliveries go.
    pub url: WebAddress,
    /// Which events go there.
    pub events: Vec<EventPattern>,
    /// Whether anything is sent.
    pub active: bool,
    /// What it is for.
    pub description: Option<Remark>,
    /// Why CommFlow itself turned it off.
    pub disabled_reason: Option<String>,
    /// How deliveries went.
    pub health: Health,
    /// When it was made.
    pub created_at: Time,
    /// When something about it last changed.
    pub updated_at: Time,
    /// Grows with each change.
    #[serde(skip)]
    pub version: i64,
}

impl Kind for Webhook {
    const PREFIX: &'static str = "webhook";
}

/// The id of a webhook.
pub type WebhookId = Id<Webhook>;

/// How a webhook's deliveries went.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = WebhookHealth)]
pub struct Health {
    /// When one last arrived.
    pub last_success_at: Option<Time>,
    /// When one last did not.
    pub last_failure_at: Option<Time>,
    /// How many in a row did not.
    pub consecutive_failures: i64,
}

/// A webhook and its secret: shown once, when it is made or its secret is rotated.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookWithSecret)]
pub struct WithSecret {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// As it was given or generated.
    pub secret: String,
    /// The form that the Standard Webhooks libraries accept: `whsec_` and base64.
    pub signing_secret: String,
}

/// One event, all of a kind (`ticket.*`), or all (`*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPattern(String);

impl EventPattern {
    /// Every pattern that is taken.
    pub fn all() -> Vec<String> {
        let kinds = EventKind::ALL.iter().map(|kind| kind.as_str().to_owned());
        let narrow = ["comment", "reply", "note"].map(|kind| format!("message.created.{kind}"));
        let wide = ["*", "conversation.*", "message.*", "contact.*", "ticket.*"].map(str::to_owned);
        kinds.chain(narrow).chain(wide).collect()
    }
}

impl EventPattern {
    /// Those of a webhook's row.
    pub fn stored(text: &str) -> Vec<Self> {
        let events: Vec<String> = serde_json::from_str(text).unwrap_or_default();
        events.into_iter().map(Self).collect()
    }

    /// Whether it asks for an event of this kind; of a message, also its type is known.
    pub fn matches(&self, kind: EventKind, message_type: Option<&str>) -> bool {
        let kind = kind.as_str();
        match self.0.strip_suffix('*') {
            Some(wide) => kind.starts_with(wide),
            None if self.0 == kind => true,
            None => self.0.strip_prefix(kind).and_then(|rest| rest.strip_prefix('.')) == message_type.or(Some("")),
        }
    }
}

impl FromStr for EventPattern {
    type Err = Refused;
    fn from_str(text: &str) -> Result<Self, Refused> {
        let all = Self::all();
        if all.iter().any(|known| known == text) {
            return Ok(Self(text.to_owned()));
        }
        Err(Refused::new(Rule::NotInEnum, format!("must be one of {}", all.join(", "))))
    }
}

impl fmt::Display for EventPattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

described! {
    EventPattern = schema::words(EventPattern::all().iter().map(String::as_str));
    Secret = schema::text_of(8, 256, "^[!-~]*$");
}

impl Serialize for EventPattern {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.0)
    }
}

text_input!(EventPattern);

/// The secret of a webhook, as its maker chose it: 8 to 256 visible characters.
#[derive(Debug, Clone)]
pub struct Secret(String);

impl FromStr for Secret {
    type Err = Refused;
    fn from_str(text: &str) -> Result<Self, Refused> {
        if !(8..=256).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Refused::new(Rule::InvalidFormat, "must be of 8 to 256 visible ASCII characters"));
        }
        if text.strip_prefix("whsec_").is_some_and(|encoded| STANDARD.decode(encoded).is_err()) {
            return Err(Refused::new(Rule::InvalidFormat, "must be base64 after `whsec_`"));
        }
        Ok(Self(text.to_owned()))
    }
}

text_input!(Secret);

impl Secret {
    /// A secret of 256 bits in the form of Standard Webhooks.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate() -> Result<Self> {
        Ok(Self(format!("whsec_{}", STANDARD.encode(secrets::generate("")?.as_bytes().get(..32).unwrap_or_default()))))
    }

    /// The form that the Standard Webhooks libraries accept: its bytes are the same.
    fn signing_form(&self) -> String {
        if self.0.starts_with("whsec_") { self.0.clone() } else { format!("whsec_{}", STANDARD.encode(&self.0)) }
    }
}

/// What it takes to make a webhook.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct NewWebhook {
    /// Where deliveries go.
    pub url: WebAddress,
    /// Which events go there; 1 to 50.
    #[schema(min_items = 1, max_items = 50)]
    pub events: Vec<EventPattern>,
    /// Generated if not said.
    #[deserr(default)]
    pub secret: Option<Secret>,
    /// What it is for.
    #[deserr(default)]
    pub description: Option<Remark>,
    /// Whether anything is sent; so it is if not said.
    #[deserr(default = true)]
    #[schema(required = false)]
    pub active: bool,
}

/// What may change about a webhook. Its secret changes by rotation alone.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct WebhookPatch {
    /// Where deliveries go.
    #[deserr(default)]
    pub url: Given<WebAddress>,
    /// The whole new list; 1 to 50.
    #[deserr(default)]
    #[schema(value_type = Vec<EventPattern>, min_items = 1, max_items = 50, required = false)]
    pub events: Given<Vec<EventPattern>>,
    /// Turning it on again clears the reason why it was off.
    #[deserr(default)]
    pub active: Given<bool>,
    /// What it is for.
    #[deserr(default)]
    pub description: Field<Remark>,
}

crate::choice! {
    /// Which addresses webhooks may go to.
    TargetRule {
        /// Those of the public Internet.
        Public "public",
        /// Those, and this very machine.
        Loopback "loopback",
        /// All.
        Any "any",
    }
}

impl TargetRule {
    /// Whether an address that leads so far may be connected to.
    pub fn allows(self, reach: Reach) -> bool {
        match (reach, self) {
            (Reach::Public, _) | (_, TargetRule::Any) => true,
            (reach, rule) => reach == Reach::Loopback && rule == TargetRule::Loopback,
        }
    }
}

const BY_ID: &str = "SELECT id, url, events, active, description, disabled_reason, last_success_at, last_failure_at,
    consecutive_failures, created_at, updated_at, version FROM webhooks WHERE id = ?1";

fn from_row(row: &rusqlite::Row) -> rusqlite::Result<Webhook> {
    Ok(Webhook {
        id: row.get(0)?,
        url: row.get(1)?,
        events: EventPattern::stored(&row.get::<_, String>(2)?),
        active: row.get(3)?,
        description: row.get(4)?,
        disabled_reason: row.get(5)?,
        health: Health {
            last_success_at: row.get(6)?,
            last_failure_at: row.get(7)?,
            consecutive_failures: row.get(8)?,
        },
        created_at: row.get(9)?,
        updated_at: row.get(10)?,
        version: row.get(11)?,
    })
}

/// The webhook of this id.
///
/// # Errors
/// `not_found`.
pub fn get(db: &Connection, id: WebhookId) -> Result<Webhook> {
    db.prepare_cached(BY_ID)?.query_row([id], from_row).optional()?.ok_or_else(|| Error::not_found(id))
}

/// Webhooks, newest first.
///
/// # Errors
/// Those of SQLite.
pub fn list(db: &Connection, order: Order, paging: &Paging) -> Result<Page<Webhook>> {
    let list = List::of("webhooks", "id", order).since_of_few(paging);
    let total = list.count(db)?;
    list.page(db, paging, total, |row| get(db, Id::from_row(row)))
}

/// Makes a webhook.
///
/// # Errors
/// 422 with all the fields at fault; `conflict` when there are too many.
pub fn create(tx: &Tx, new: NewWebhook, targets: TargetRule) -> Result<WithSecret> {
    let mut faults = Faults::default();
    faults.extend(check_target(&new.url, targets).err().map(|refused| refused.at("url")));
    faults.extend(check_events(&new.events).err().map(|refused| refused.at("events")));
    faults.check()?;
    let count: i64 = tx.prepare_cached("SELECT count(*) FROM webhooks")?.query_row([], |row| row.get(0))?;
    if count >= MAX_WEBHOOKS {
        return Err(Error::conflict(format!("There are {MAX_WEBHOOKS} webhooks already: remove one first.")));
    }
    let secret = new.secret.map_or_else(Secret::generate, Ok)?;
    tx.prepare_cached(
        "INSERT INTO webhooks (url, events, secret, active, description, created_at, updated_at, events_after)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)",
    )?
    .execute(params![
        new.url,
        serde_json::to_string(&new.events)?,
        secret.0,
        new.active,
        new.description,
        tx.now,
        feed::newest(tx)?
    ])?;
    with_secret(tx, Id::from_row(tx.last_insert_rowid()), secret)
}

/// Changes a webhook.
///
/// # Errors
/// 422 with all the fields at fault.
pub fn update(tx: &Tx, id: WebhookId, patch: WebhookPatch, targets: TargetRule) -> Result<Webhook> {
    let old = get(tx, id)?;
    let mut faults = Faults::default();
    if let Some(url) = &patch.url.0 {
        faults.extend(check_target(url, targets).err().map(|refused| refused.at("url")));
    }
    if let Some(events) = &patch.events.0 {
        faults.extend(check_events(events).err().map(|refused| refused.at("events")));
    }
    faults.check()?;
    let turned_on = patch.active.0 == Some(true);
    let new = Webhook {
        url: patch.url.or(old.url.clone()),
        events: patch.events.or(old.events.clone()),
        active: patch.active.or(old.active),
        description: patch.description.or(old.description.clone()),
        disabled_reason: old.disabled_reason.clone().filter(|_| !turned_on),
        ..old.clone()
    };
    if new == old {
        return Ok(old);
    }
    tx.prepare_cached(
        "UPDATE webhooks SET url = ?2, events = ?3, active = ?4, description = ?5, disabled_reason = ?6, updated_at = ?7,
         version = version + 1 WHERE id = ?1",
    )?
    .execute(params![id, new.url, serde_json::to_string(&new.events)?, new.active, new.description, new.disabled_reason, tx.now])?;
    if new.active && !old.active {
        begin_afresh(tx, id)?;
    }
    get(tx, id)
}

/// Nothing that happened before, or while a webhook was off, is sent to it. Little is left of the former: it is cancelled as
/// soon as a webhook goes off.
fn begin_afresh(tx: &Tx, id: WebhookId) -> Result<()> {
    tx.prepare_cached(
        "UPDATE deliveries SET state = 'cancelled', next_attempt_at = NULL WHERE webhook_id = ?1 AND state = 'waiting'",
    )?
    .execute([id])?;
    tx.prepare_cached(
        "UPDATE webhooks SET events_after = ?2, failing_since = NULL, consecutive_failures = 0 WHERE id = ?1",
    )?
    .execute(params![id, feed::newest(tx)?])?;
    Ok(())
}

/// Gives a webhook a new secret. For [`BOTH_SECRETS_S`] the old one signs too.
///
/// # Errors
/// `not_found`.
pub fn rotate_secret(tx: &Tx, id: WebhookId) -> Result<WithSecret> {
    get(tx, id)?;
    let secret = Secret::generate()?;
    tx.prepare_cached(
        "UPDATE webhooks SET previous_secret = secret, previous_secret_until = ?2, secret = ?3, updated_at = ?4,
         version = version + 1 WHERE id = ?1",
    )?
    .execute(params![id, tx.now.plus(BOTH_SECRETS_S), secret.0, tx.now])?;
    with_secret(tx, id, secret)
}

/// Removes a webhook. Its deliveries follow step by step.
///
/// # Errors
/// `not_found`.
pub fn delete(tx: &Tx, id: WebhookId) -> Result<()> {
    get(tx, id)?;
    tx.prepare_cached("DELETE FROM webhooks WHERE id = ?1")?.execute([id])?;
    Ok(())
}

fn with_secret(db: &Connection, id: WebhookId, secret: Secret) -> Result<WithSecret> {
    Ok(WithSecret { webhook: get(db, id)?, signing_secret: secret.signing_form(), secret: secret.0 })
}

fn check_events(events: &[EventPattern]) -> Result<(), Refused> {
    match events.len() {
        0 => Err(Refused::new(Rule::TooShort, "must name at least one event")),
        1..=50 => Ok(()),
        _ => Err(Refused::new(Rule::TooLong, "can't name over 50 events")),
    }
}

/// Refuses addresses inside private networks as far as the address itself tells; names are resolved, and their addresses
/// checked again, on each connection. `url` has brought every spelling of a number (octal, hex, short) into one form.
///
/// # Errors
/// When the rule does not allow the address.
pub fn check_target(url: &WebAddress, rule: TargetRule) -> Result<(), Refused> {
    let refused =
        || Refused::new(Rule::InvalidFormat, "must not lead into a private network (see `--webhook-targets`)");
    let parsed = url::Url::parse(url.as_str()).map_err(|_| refused())?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(Refused::new(Rule::InvalidFormat, "must not hold a user name or password"));
    }
    let reach = match parsed.host() {
        Some(url::Host::Ipv4(address)) => reach(address.into()),
        Some(url::Host::Ipv6(address)) => reach(address.into()),
        Some(url::Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            if name == "localhost" || name.ends_with(".localhost") { Reach::Loopback } else { Reach::Public }
        }
        None => return Err(refused()),
    };
    if rule.allows(reach) { Ok(()) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(url: &str, rule: TargetRule) -> bool {
        url.parse().is_ok_and(|url| check_target(&url, rule).is_ok())
    }

    #[test]
    fn every_spelling_of_a_private_address_is_refused() {
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://0/",
            "http://localhost/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[fe80::1]/",
            "http://[fec0::1]/",
            "http://[fd00::1]/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://100.64.0.1/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://user:pass@example.com/",
        ] {
            assert!(!allowed(url, TargetRule::Public), "{url} was taken");
        }
        assert!(allowed("https://example.com/hook", TargetRule::Public));
        assert!(allowed("http://93.184.216.34:8080/hook", TargetRule::Public));
    }

    #[test]
    fn a_pattern_asks_for_one_kind_for_all_of_a_noun_or_for_one_type_of_message() {
        let matches = |pattern: &str, kind: EventKind, message: Option<&str>| {
            pattern.parse::<EventPattern>().is_ok_and(|pattern| pattern.matches(kind, message))
        };
        assert!(matches("*", EventKind::ContactDeleted, None));
        assert!(matches("ticket.*", EventKind::TicketSlaBreached, None));
        assert!(!matches("ticket.*", EventKind::ContactCreated, None));
        assert!(matches("ticket.created", EventKind::TicketCreated, None));
        assert!(!matches("ticket.created", EventKind::TicketUpdated, None));
        assert!(matches("message.created", EventKind::MessageCreated, Some("note")));
        assert!(matches("message.created.reply", EventKind::MessageCreated, Some("reply")));
        assert!(!matches("message.created.reply", EventKind::MessageCreated, Some("note")));
        assert!(!matches("message.created.reply", EventKind::MessageCreated, None));
    }

    #[test]
    fn loopback_is_taken_where_the_rule_says_so_and_nothing_else_private() {
        assert!(allowed("http://localhost:3000/hook", TargetRule::Loopback));
        assert!(!allowed("http://10.0.0.1/hook", TargetRule::Loopback));
        assert!(allowed("http://10.0.0.1/hook", TargetRule::Any));
    }
}
