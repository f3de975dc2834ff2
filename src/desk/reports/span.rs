//! Which instants a report is about, and the days and hours that they fall into at a fixed distance from UTC.

use crate::described;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::schema;
use crate::types::time::Time;
use chrono::DateTime;

/// Seconds in an hour.
pub const HOUR: i64 = 3_600;
/// Seconds in a day.
pub const DAY: i64 = 24 * HOUR;
/// Longest span of a report, in days: a leap year.
const MAX_DAYS: i64 = 366;
/// Days that a report is about where nothing else is asked.
const DEFAULT_DAYS: i64 = 30;

/// Seconds by which the clocks of the reader are ahead of UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Offset(i64);

described!(Offset = schema::text().pattern(Some("^(Z|[+ -](0[0-9]|1[0-3]):[0-5][0-9]|[+ -]14:00)$")););

impl std::str::FromStr for Offset {
    type Err = Refused;

    /// As RFC 3339 writes it. A `+` that was not escaped arrives as a space.
    fn from_str(text: &str) -> Result<Self, Refused> {
        let refused = || Refused::new(Rule::InvalidFormat, "must be a distance from UTC such as `+01:00`, or `Z`");
        if text == "Z" {
            return Ok(Self(0));
        }
        let (sign, rest) = match text.split_at_checked(1) {
            Some(("+" | " ", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            _ => return Err(refused()),
        };
        let digits = |text: &str| text.parse().ok().filter(|_| text.len() == 2 && !text.starts_with('+'));
        let (hours, minutes) = rest.split_once(':').ok_or_else(refused)?;
        let (hours, minutes): (i64, i64) = digits(hours).zip(digits(minutes)).ok_or_else(refused)?;
        let seconds = hours * HOUR + minutes * 60;
        if minutes < 60 && seconds <= 14 * HOUR { Ok(Self(sign * seconds)) } else { Err(refused()) }
    }
}

/// Where a span begins or ends: an instant, or a day, which begins when it does for the reader.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Edge {
    /// Midnight of this day, told as if it were UTC.
    Midnight(Time),
    /// This instant.
    Instant(Time),
}

described!(Edge as Time);

impl std::str::FromStr for Edge {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let time = text.parse()?;
        Ok(if text.len() == 10 { Self::Midnight(time) } else { Self::Instant(time) })
    }
}

impl Edge {
    fn at(self, Offset(offset): Offset) -> Time {
        match self {
            Self::Midnight(time) => time.plus(-offset),
            Self::Instant(time) => time,
        }
    }
}

/// A span of time, with the days and hours that it consists of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// The first instant of it.
    pub from: Time,
    /// The first instant after it.
    pub to: Time,
    offset: i64,
}

impl Span {
    /// The span between two edges; the last 30 days up to the end of today, where they are left out.
    ///
    /// # Errors
    /// `invalid_parameter` when it ends before it has begun, or is longer than 366 days.
    pub fn new(from: Option<Edge>, to: Option<Edge>, offset: Option<Offset>, now: Time) -> Result<Self> {
        let offset = offset.unwrap_or_default();
        let tonight = |after: Time| Time::from_unix((after.unix() + offset.0).div_euclid(DAY) * DAY + DAY - offset.0);
        let to = to.map_or_else(|| tonight(now), |edge| edge.at(offset));
        let from = from.map_or_else(|| to.plus(-DEFAULT_DAYS * DAY), |edge| edge.at(offset));
        let refused =
            |message: &str| Err(Error::invalid_parameters(vec![Refused::new(Rule::OutOfRange, message).at("to")]));
        match to.since(from) {
            ..=0 => refused("must lie after `from`"),
            length if length > MAX_DAYS * DAY => refused("can't lie over 366 days after `from`"),
            _ => Ok(Self { from, to, offset: offset.0 }),
        }
    }

    /// Where the span of the same length before it begins.
    pub fn before(&self) -> Time {
        self.from.plus(-self.to.since(self.from))
    }

    /// Whether an instant lies in it, and not in the span before.
    pub fn has_begun(&self, time: Time) -> bool {
        time >= self.from
    }

    /// How many days for the reader it touches.
    pub fn days(&self) -> usize {
        self.day(self.to.plus(-1)) + 1
    }

    /// The number of the day in it that an instant falls on, from 0.
    pub fn day(&self, time: Time) -> usize {
        usize::try_from(self.day_since_1970(time) - self.day_since_1970(self.from)).unwrap_or(0)
    }

    fn day_since_1970(&self, time: Time) -> i64 {
        (time.unix() + self.offset).div_euclid(DAY)
    }

    /// The date of the day of this number.
    pub fn date(&self, day: usize) -> String {
        let days = self.day_since_1970(self.from).saturating_add(i64::try_from(day).unwrap_or(0));
        DateTime::from_timestamp(days * DAY, 0).unwrap_or_default().format("%Y-%m-%d").to_string()
    }

    /// The number of the hour in the week that an instant falls on, from 0 on Monday at midnight.
    pub fn hour_of_week(&self, time: Time) -> usize {
        // The first day of 1970 was a Thursday.
        let hour = (time.unix() + self.offset).div_euclid(HOUR) + 3 * 24;
        usize::try_from(hour.rem_euclid(7 * 24)).unwrap_or(0)
    }
}
