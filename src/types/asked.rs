//! What a filter is made of: texts by name, be they the query of a request or what a saved view keeps.

use crate::described;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::schema;
use std::str::FromStr;

/// Texts by name, taken one by one.
pub trait Asked {
    /// The value of this name, if it was given. What is wrong with it is kept, to be told of with all other faults.
    fn take<T: FromStr<Err = Refused>>(&mut self, name: &str) -> Option<T>;
}

/// `true` or `false`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switch(pub bool);

described!(Switch = schema::words(["true", "false"]););

impl FromStr for Switch {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        match text {
            "true" => Ok(Self(true)),
            "false" => Ok(Self(false)),
            _ => Err(Refused::new(Rule::NotInEnum, "must be `true` or `false`")),
        }
    }
}
