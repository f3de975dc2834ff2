//! Contacts: the people who write in.

use crate::desk::aliases;
use crate::desk::bulk;
use crate::desk::bulk::Ids;
use crate::desk::bulk::Outcome;
use crate::store::list::List;
use crate::store::list::Order;
use crate::store::tx::About;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::custom_fields::CustomFields;
use crate::types::custom_fields::CustomFieldsPatch;
use crate::types::email::Email;
use crate::types::error::Error;
use crate::types::error::Faults;
use crate::types::error::Rule;
use crate::types::event::EventKind;
use crate::types::field::Field;
use crate::types::field::Given;
use crate::types::field::Invalid;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use crate::types::text::Line;
use crate::types::text::Phone;
use crate::types::time::Time;
use deserr::Deserr;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::ToSchema;

/// What an erased contact is called where threads still name him.
pub const DELETED_NAME: &str = "Deleted contact";

/// A contact as every exit shows it: GET, lists, events, webhooks, search hits.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Contact {
    /// `contact_001`.
    pub id: ContactId,
    /// Unique without regard to case.
    pub email: Option<Email>,
    /// The addresses of contacts that were merged into this one: who writes from them is this contact, too.
    pub other_emails: Vec<Email>,
    /// The full name.
    pub name: Option<Line>,
    /// As given.
    pub phone: Option<Phone>,
    /// Where the contact works.
    pub company: Option<Line>,
    /// What else is known.
    pub custom_fields: CustomFields,
    /// When the contact became known.
    pub created_at: Time,
    /// When something about the contact last changed.
    pub updated_at: Time,
    /// Grows with each change.
    #[serde(skip)]
    pub version: i64,
}

impl Kind for Contact {
    const PREFIX: &'static str = "contact";
}

/// The id of a contact.
pub type ContactId = Id<Contact>;

/// A contact as threads name him.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ContactRef {
    /// `contact_001`.
    pub id: ContactId,
    /// The full name, or `Deleted contact`.
    pub name: Option<String>,
    /// `null` for an erased contact.
    pub email: Option<String>,
}

/// What it takes to add a contact: at least one of email, phone and name.
#[derive(Debug, Clone, Default, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct NewContact {
    /// Must not be another contact's.
    #[deserr(default)]
    pub email: Option<Email>,
    /// The full name.
    #[deserr(default)]
    pub name: Option<Line>,
    /// As people write it.
    #[deserr(default)]
    pub phone: Option<Phone>,
    /// Where the contact works.
    #[deserr(default)]
    pub company: Option<Line>,
    /// What else is known.
    #[deserr(default)]
    #[schema(required = false)]
    pub custom_fields: CustomFieldsPatch,
}

/// What may change about a contact.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ContactPatch {
    /// Must not be another contact's.
    #[deserr(default)]
    pub email: Field<Email>,
    /// The full name.
    #[deserr(default)]
    pub name: Field<Line>,
    /// As people write it.
    #[deserr(default)]
    pub phone: Field<Phone>,
    /// Where the contact works.
    #[deserr(default)]
    pub company: Field<Line>,
    /// Merged into what is known; `null` removes a key.
    #[deserr(default)]
    pub custom_fields: Given<CustomFieldsPatch>,
}

/// Whom a thread is with: `{"id"}`, or `{"email", "name"?}`.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ContactGiven {
    /// A known contact.
    #[deserr(default)]
    pub id: Option<ContactId>,
    /// Found by this address, without regard to case; else created.
    #[deserr(default)]
    pub email: Option<Email>,
    /// Filled in only where it was empty.
    #[deserr(default)]
    pub name: Option<Line>,
}

/// Which contacts a list shows.
#[derive(Debug, Clone, Default, IntoParams)]
pub struct ContactFilter {
    /// With this address, exactly but for case.
    pub email: Option<Email>,
    /// Among those of these numbers: what a search has found.
    #[param(ignore)]
    pub found: Option<Vec<i64>>,
    /// Created after this instant.
    pub created_after: Option<Time>,
    /// Created before this instant.
    pub created_before: Option<Time>,
}

/// What contacts are ordered by: at least one of the three is there.
pub const BY_NAME: &str = "coalesce(name, email, phone) COLLATE NOCASE";

const BY_ID: &str = "SELECT id, email, name, phone, company, custom_fields, created_at, updated_at, version,
    (SELECT group_concat(email, ' ') FROM contact_addresses a WHERE a.contact_id = contacts.id)
    FROM contacts WHERE id = ?1";

fn from_row(row: &rusqlite::Row) -> rusqlite::Result<Contact> {
    Ok(Contact {
        id: row.get(0)?,
        email: row.get(1)?,
        other_emails: other_emails(row.get(9)?),
        name: row.get(2)?,
        phone: row.get(3)?,
        company: row.get(4)?,
        custom_fields: row.get(5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
        version: row.get(8)?,
    })
}

/// Addresses hold no spaces, so that one can part them.
fn other_emails(joined: Option<String>) -> Vec<Email> {
    joined.iter().flat_map(|joined| joined.split(' ')).filter_map(|email| email.parse().ok()).collect()
}

/// The contact of this id.
///
/// # Errors
/// `not_found`, also when it was merged into another.
pub fn get(db: &Connection, id: ContactId) -> Result<Contact> {
    db.prepare_cached(BY_ID)?.query_row([id], from_row).optional()?.ok_or_else(|| Error::not_found(id))
}

/// The contact of this id, for somebody who is to hear what became of it.
///
/// # Errors
/// `not_found`; `conflict` when it was merged into another, which `existing_id` then names.
pub fn known(db: &Connection, id: ContactId) -> Result<Contact> {
    match aliases::survivor(db, id.row())?.map(ContactId::from_row) {
        Some(survivor) => Err(Error::taken("contact_id", format!("{id} was merged into {survivor}."), survivor)),
        None => get(db, id),
    }
}

/// Contacts, newest first unless ordered otherwise.
///
/// # Errors
/// Those of SQLite.
pub fn list(db: &Connection, filter: &ContactFilter, order: Order, paging: &Paging) -> Result<Page<Contact>> {
    let list = query(filter, order).since(paging, "contacts_by_update");
    let unfiltered = filter.email.is_none()
        && filter.found.is_none()
        && filter.created_after.is_none()
        && filter.created_before.is_none()
        && paging.updated_after.is_none();
    let total = if unfiltered { all(db)? } else { list.count(db)? };
    list.page(db, paging, total, |row| get(db, Id::from_row(row)))
}

/// The list behind [`list`], for the test of its plans.
pub fn query(filter: &ContactFilter, order: Order) -> List {
    let found = filter.found.as_ref().map(|numbers| serde_json::json!(numbers).to_string());
    List::of("contacts", "id", order)
        .filter(aliases::HOLDS_ADDRESS, &filter.email.as_ref().map(Email::key))
        .filter("created_at > ?", &filter.created_after)
        .filter("created_at < ?", &filter.created_before)
        .filter("id IN (SELECT value FROM json_each(?))", &found)
}

/// How many contacts there are, from the kept counter.
fn all(db: &Connection) -> Result<i64> {
    Ok(db.prepare_cached("SELECT n FROM row_counts WHERE name = 'contacts'")?.query_row([], |row| row.get(0))?)
}

/// Adds a contact.
///
/// # Errors
/// `conflict` when the address is another contact's; 422 when there is nothing to tell the contact by.
pub fn create(tx: &Tx, new: NewContact) -> Result<Contact> {
    let custom_fields = CustomFields::default()
        .merged(&new.custom_fields)
        .map_err(|refused| Error::invalid(vec![refused.at("custom_fields")]))?;
    require_something(new.email.is_some() || new.name.is_some() || new.phone.is_some())?;
    refuse_taken(tx, new.email.as_ref(), None)?;
    tx.prepare_cached(
        "INSERT INTO contacts (email, email_key, name, phone, company, custom_fields, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
    )?
    .execute(params![
        new.email,
        new.email.as_ref().map(Email::key),
        new.name,
        new.phone,
        new.company,
        custom_fields,
        tx.now
    ])?;
    let contact = get(tx, Id::from_row(tx.last_insert_rowid()))?;
    tx.emit(EventKind::ContactCreated, about(&contact), None, &contact)?;
    Ok(contact)
}

/// Changes a contact.
///
/// # Errors
/// `conflict` when the address is another contact's; 422 when nothing is left to tell the contact by.
pub fn update(tx: &Tx, id: ContactId, patch: ContactPatch) -> Result<Contact> {
    let old = known(tx, id)?;
    let mut faults = Faults::default();
    let custom_fields = match &patch.custom_fields.0 {
        Some(patch) => old.custom_fields.merged(patch),
        None => Ok(old.custom_fields.clone()),
    };
    let custom_fields =
        faults.gather(custom_fields.map_err(|refused| Error::invalid(vec![refused.at("custom_fields")])))?;
    let new = Contact {
        email: patch.email.or(old.email.clone()),
        name: patch.name.or(old.name.clone()),
        phone: patch.phone.or(old.phone.clone()),
        company: patch.company.or(old.company.clone()),
        custom_fields: custom_fields.unwrap_or_else(|| old.custom_fields.clone()),
        ..old.clone()
    };
    faults.gather(require_something(new.email.is_some() || new.name.is_some() || new.phone.is_some()))?;
    faults.check()?;
    if new == old {
        return Ok(old);
    }
    refuse_taken(tx, new.email.as_ref(), Some(id))?;
    save(tx, &old, new)
}

fn save(tx: &Tx, old: &Contact, new: Contact) -> Result<Contact> {
    let contact = write(tx, &new)?;
    tx.emit(EventKind::ContactUpdated, about(&contact), Some(old), &contact)?;
    Ok(contact)
}

/// Writes a changed contact into its row, and gives it as it is now. The event is the caller's to tell.
///
/// # Errors
/// Those of SQLite.
pub fn write(tx: &Tx, new: &Contact) -> Result<Contact> {
    if let Some(email) = &new.email {
        aliases::promote(tx, new.id.row(), email)?;
    }
    tx.prepare_cached(
        "UPDATE contacts SET email = ?2, email_key = ?3, name = ?4, phone = ?5, company = ?6, custom_fields = ?7,
         updated_at = ?8, version = version + 1 WHERE id = ?1",
    )?
    .execute(params![
        new.id,
        new.email,
        new.email.as_ref().map(Email::key),
        new.name,
        new.phone,
        new.company,
        new.custom_fields,
        tx.now
    ])?;
    get(tx, new.id)
}

/// The contact that a new thread is with: found by id or address, also those of a contact merged into it, else created. A name is filled in where it was empty.
///
/// # Errors
/// 422 on `contact` with all the fields at fault.
pub fn find_or_create(tx: &Tx, given: &ContactGiven) -> Result<Contact> {
    let found = match &given.email {
        Some(email) => aliases::holder(tx, email)?.map(Id::from_row),
        None => None,
    };
    let known = match (given.id, found) {
        (Some(given_id), found) => {
            let id = aliases::survivor(tx, given_id.row())?.map_or(given_id, Id::from_row);
            let contact = get(tx, id).map_err(|_| {
                Error::invalid_field("contact.id", Rule::UnknownId, format!("there is no contact {id}"))
            })?;
            let other = given.email.is_some() && found != Some(id);
            if other {
                return Err(Error::invalid_field(
                    "contact.email",
                    Rule::InvalidFormat,
                    format!("is not the address of {id}"),
                ));
            }
            contact
        }
        (None, Some(id)) => get(tx, id)?,
        (None, None) if given.email.is_some() => {
            return create(
                tx,
                NewContact { email: given.email.clone(), name: given.name.clone(), ..NewContact::default() },
            );
        }
        (None, None) => {
            return Err(Error::invalid_field("contact.email", Rule::Required, "is required, or `contact.id`"));
        }
    };
    match (&known.name, &given.name) {
        (None, Some(name)) => save(tx, &known, Contact { name: Some(name.clone()), ..known.clone() }),
        _ => Ok(known),
    }
}

/// What the events of a contact are about.
pub fn about(contact: &Contact) -> About {
    About::new(contact.id, Some(contact.id.row()))
}

fn require_something(given: bool) -> Result<()> {
    if given {
        return Ok(());
    }
    Err(Error::invalid_field("email", Rule::Required, "at least one of email, phone and name is required"))
}

fn refuse_taken(tx: &Tx, email: Option<&Email>, but: Option<ContactId>) -> Result<()> {
    let Some(email) = email else { return Ok(()) };
    match aliases::holder(tx, email)?.map(Id::from_row) {
        Some(holder) if Some(holder) != but => {
            Err(Error::taken("email", "A contact with this e-mail address exists already.", holder))
        }
        _ => Ok(()),
    }
}

/// A bulk change of contacts.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct BulkContacts {
    /// 1 to 1,000 contacts.
    pub ids: Ids,
    /// What PATCH takes, with the same meaning.
    pub update: ContactPatch,
}

/// Changes many contacts.
///
/// # Errors
/// Those that are not about one contact.
pub fn bulk_update(tx: &Tx, bulk: BulkContacts, dry_run: bool) -> Result<Outcome> {
    bulk::apply(tx, &bulk.ids, dry_run, |tx, id| Ok((known(tx, id)?, update(tx, id, bulk.update.clone())?)))
}
