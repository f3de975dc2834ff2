//! Query parameters: parsed into types, all faults at once. Which ones a path takes stands at its route.

use crate::api::border::operation::Argument;
use crate::api::border::table::RouteTable;
use crate::store::list::Order;
use crate::types::Result;
use crate::types::asked::Asked;
use crate::types::asked::Switch;
use crate::types::error::Detail;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::field::unknown_field;
use crate::types::paging::DEFAULT_PER_PAGE;
use crate::types::paging::MAX_PAGE;
use crate::types::paging::MAX_PER_PAGE;
use crate::types::paging::Paging;
use actix_web::FromRequest;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::web;
use std::future::Ready;
use std::future::ready;
use std::str::FromStr;

/// The parameters that the route does not take, each with the nearest known one.
fn unknown(pairs: &[(String, String)], known: &[&str]) -> Vec<Detail> {
    let strangers = pairs.iter().filter(|(name, _)| !known.contains(&name.as_str()));
    strangers.map(|(name, _)| unknown_field(name, known).at(name.chars().take(64).collect::<String>())).collect()
}

/// The parameters that the request's route takes.
fn known(request: &HttpRequest) -> Vec<&str> {
    let table = request.app_data::<web::Data<RouteTable>>();
    table.map_or(Vec::new(), |table| table.parameters(request.method(), request.match_pattern().as_deref()))
}

/// Refuses all parameters where the route takes none. Where it takes some, [`Query`] tells of all faults together.
///
/// # Errors
/// `invalid_parameter`.
pub fn refuse_any(request: &HttpRequest) -> Result<()> {
    if request.query_string().is_empty() || !known(request).is_empty() {
        return Ok(());
    }
    Err(Error::invalid_parameters(unknown(&pairs(request.query_string()), &[])))
}

fn pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// The parameters of a request, taken one by one.
pub struct Query {
    pairs: Vec<(String, String)>,
    faults: Vec<Detail>,
}

impl FromRequest for Query {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pairs = pairs(request.query_string());
        let faults = unknown(&pairs, &known(request));
        ready(Ok(Self { pairs, faults }))
    }
}

impl Argument for Query {}

impl Asked for Query {
    fn take<T: FromStr<Err = Refused>>(&mut self, name: &str) -> Option<T> {
        Self::take(self, name)
    }
}

impl Query {
    fn text(&mut self, name: &str) -> Option<String> {
        let mut values: Vec<String> =
            self.pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect();
        if values.len() > 1 {
            self.fault(name, Refused::new(Rule::InvalidFormat, "can be given once only"));
            return None;
        }
        values.pop()
    }

    fn fault(&mut self, name: &str, refused: Refused) {
        self.faults.push(refused.at(name));
    }

    /// The parameter's value, if it was given.
    pub fn take<T: FromStr<Err = Refused>>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name)?;
        text.parse().map_err(|refused| self.fault(name, refused)).ok()
    }

    /// A text that has to be given, and to hold more than white space.
    pub fn required(&mut self, name: &str) -> String {
        let before = self.faults.len();
        let text = self.text(name).unwrap_or_default();
        // Given twice is another fault.
        if text.trim().is_empty() && self.faults.len() == before {
            self.fault(name, Refused::new(Rule::Required, "is required, and can't be empty"));
        }
        text
    }

    /// The words of a text to look for.
    pub fn words(&mut self, name: &str, split: impl Fn(&str) -> Vec<String>) -> Vec<String> {
        let Some(text) = self.text(name) else { return Vec::new() };
        if text.chars().count() > 255 {
            self.fault(name, Refused::new(Rule::TooLong, "can't be over 255 characters"));
        }
        let words = split(&text);
        if words.is_empty() {
            self.fault(name, Refused::new(Rule::TooShort, "must hold a word"));
        }
        words
    }

    /// Whether a switch is on: `true` or `false`, off if not given.
    pub fn switch(&mut self, name: &str) -> bool {
        self.take::<Switch>(name).is_some_and(|switch| switch.0)
    }

    /// A list parted by commas.
    pub fn list<T: FromStr<Err = Refused>>(&mut self, name: &str) -> Vec<T> {
        let Some(text) = self.text(name) else { return Vec::new() };
        let parsed: Result<Vec<T>, Refused> = text.split(',').map(|item| item.trim().parse()).collect();
        parsed.map_err(|refused| self.fault(name, refused)).unwrap_or_default()
    }

    /// A whole number from 1 to `max`.
    pub fn number(&mut self, name: &str, default: i64, max: i64) -> i64 {
        let Some(text) = self.text(name) else { return default };
        match text.parse::<i64>() {
            Ok(number) if (1..=max).contains(&number) => number,
            Ok(_) => {
                self.fault(name, Refused::new(Rule::OutOfRange, format!("must be from 1 to {max}")));
                default
            }
            Err(_) => {
                let digits = text.strip_prefix('-').unwrap_or(&text);
                let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                let rule = if number { Rule::OutOfRange } else { Rule::InvalidFormat };
                self.fault(name, Refused::new(rule, format!("must be a whole number from 1 to {max}")));
                default
            }
        }
    }

    /// Which page is asked for.
    pub fn paging(&mut self) -> Paging {
        Paging {
            page: self.number("page", 1, MAX_PAGE),
            per_page: self.number("per_page", DEFAULT_PER_PAGE, MAX_PER_PAGE),
            cursor: self.take("cursor"),
            updated_after: self.take("updated_after"),
        }
    }

    /// `sort=name`, or `sort=-name` for descending. `columns` names what can be sorted by; the first is the default, in
    /// the given direction.
    pub fn order(&mut self, columns: &[(&str, &'static str)], descending: bool) -> Order {
        // With `updated_after`, in the order of changes.
        let syncs = self.pairs.iter().any(|(name, _)| name == "updated_after");
        let first = columns.first().map_or("id", |(_, column)| column);
        let default =
            if syncs { Order { column: "updated_at", descending: false } } else { Order { column: first, descending } };
        let Some(text) = self.text("sort") else { return default };
        Order::parse(&text, columns).unwrap_or_else(|refused| {
            self.fault("sort", refused);
            default
        })
    }

    /// Ends the taking.
    ///
    /// # Errors
    /// `invalid_parameter` with all the faults.
    pub fn done(self) -> Result<()> {
        if self.faults.is_empty() { Ok(()) } else { Err(Error::invalid_parameters(self.faults)) }
    }
}
