//! Instants: whole seconds, UTC, written as RFC 3339.

use crate::described;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::schema;
use chrono::DateTime;
use chrono::Datelike;
use chrono::NaiveDate;
use chrono::Timelike;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// An instant, in whole seconds since 1970-01-01T00:00:00Z. Between the years 0001 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

const EARLIEST: i64 = -62_135_596_800; // 0001-01-01T00:00:00Z
const LATEST: i64 = 253_402_300_799; // 9999-12-31T23:59:59Z

impl Time {
    /// That many seconds after (or before) 1970, kept within the years that can be written.
    pub fn from_unix(seconds: i64) -> Self {
        Self(seconds.clamp(EARLIEST, LATEST))
    }

    /// Seconds since 1970.
    pub fn unix(self) -> i64 {
        self.0
    }

    /// This instant and `seconds` more (less, if negative).
    pub fn plus(self, seconds: i64) -> Self {
        Self::from_unix(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this instant; negative if it is later.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = DateTime::from_timestamp(self.0, 0).unwrap_or_default().naive_utc();
        let (date, time) = (instant.date(), instant.time());
        // Every object shows several: digit by digit is a fifth of the work of a format string.
        let mut text = *b"0000-00-00T00:00:00Z";
        let parts = [
            (0, 4, u32::try_from(date.year()).unwrap_or(0)),
            (5, 2, date.month()),
            (8, 2, date.day()),
            (11, 2, time.hour()),
            (14, 2, time.minute()),
            (17, 2, time.second()),
        ];
        for (at, length, mut number) in parts {
            for digit in text.iter_mut().skip(at).take(length).rev() {
                *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
                number /= 10;
            }
        }
        out.write_str(str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl FromStr for Time {
    type Err = Refused;

    /// Any RFC 3339 offset, or a bare date (midnight UTC). Fractions of a second are cut off.
    fn from_str(text: &str) -> Result<Self, Refused> {
        let refused = || Refused::new(Rule::InvalidFormat, "must be a time such as `2026-01-15T10:30:00Z`, or a date");
        let seconds = match text.len() {
            10 => NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .ok()
                .and_then(|date| date.and_hms_opt(0, 0, 0))
                .map(|midnight| midnight.and_utc().timestamp()),
            _ => DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.timestamp()),
        };
        let seconds = seconds.filter(|seconds| (EARLIEST..=LATEST).contains(seconds)).ok_or_else(refused)?;
        Ok(Self(seconds))
    }
}

described!(Time = schema::text().format(schema::format("date-time")););

impl Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl rusqlite::ToSql for Time {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl rusqlite::types::FromSql for Time {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        i64::column_result(value).map(Self::from_unix)
    }
}

/// Where the time comes from. Nothing below `app` asks the system; tests hand in a clock that they turn themselves.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Stands still until it is turned; milliseconds since 1970.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `time` until it is turned.
    pub fn manual(time: Time) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(time.unix() * 1000)))
    }

    /// Turns a manual clock on by that many milliseconds; the machine's clock is left alone.
    pub fn advance_ms(&self, milliseconds: i64) {
        if let Self::Manual(now) = self {
            now.fetch_add(milliseconds, Ordering::SeqCst);
        }
    }

    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        match self {
            Self::System => chrono::Utc::now().timestamp_millis(),
            Self::Manual(now) => now.load(Ordering::SeqCst),
        }
    }

    /// Milliseconds that only ever grow, from an arbitrary beginning: for what is measured, not dated. A machine's clock
    /// may be set back.
    pub fn ticks_ms(&self) -> i64 {
        static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
        match self {
            Self::System => i64::try_from(BEGINNING.elapsed().as_millis()).unwrap_or(i64::MAX),
            Self::Manual(_) => self.now_ms(),
        }
    }

    /// The time now, cut to whole seconds.
    pub fn now(&self) -> Time {
        Time::from_unix(self.now_ms().div_euclid(1000))
    }
}
