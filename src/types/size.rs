//! Sizes in bytes, as people write them: `26214400`, `25 MiB`, `25M`, `1 GB`.

use crate::types::error::Refused;
use crate::types::error::Rule;
use std::fmt;
use std::str::FromStr;

/// Largest size that can be said, in bytes: 1 TiB.
const MAX: u64 = 1 << 40;

/// Each unit, and how many bytes it is. A bare `K`, `M` or `G` is binary, as in the settings of most servers.
const UNITS: [(&str, u64); 11] = [
    ("gib", 1 << 30),
    ("mib", 1 << 20),
    ("kib", 1 << 10),
    ("gb", 1_000_000_000),
    ("mb", 1_000_000),
    ("kb", 1_000),
    ("g", 1 << 30),
    ("m", 1 << 20),
    ("k", 1 << 10),
    ("b", 1),
    ("", 1),
];

/// A number of bytes, from 1 to 1 TiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(u64);

impl Size {
    /// So many mebibytes.
    pub const fn mebibytes(count: u32) -> Self {
        Self((count as u64) << 20)
    }

    /// The number of bytes.
    pub fn bytes(self) -> u64 {
        self.0
    }
}

impl FromStr for Size {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let refused = || Refused::new(Rule::InvalidFormat, "must be a size such as `25 MiB`, `500K` or `26214400`");
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at_checked(digits).ok_or_else(refused)?;
        let unit = unit.trim_start().to_ascii_lowercase();
        let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor).ok_or_else(refused)?;
        let number: u64 = number.parse().map_err(|_| refused())?;
        match number.checked_mul(factor) {
            Some(bytes @ 1..=MAX) => Ok(Self(bytes)),
            _ => Err(Refused::new(Rule::OutOfRange, "must be from 1 byte to 1024 GiB")),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, factor) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] {
            if self.0.is_multiple_of(factor) {
                return write!(out, "{} {unit}", self.0 / factor);
            }
        }
        write!(out, "{} bytes", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_as_people_write_it() {
        for (text, bytes, shown) in [
            ("26214400", 25 << 20, "25 MiB"),
            ("25MiB", 25 << 20, "25 MiB"),
            (" 25 mib ", 25 << 20, "25 MiB"),
            ("25M", 25 << 20, "25 MiB"),
            ("25MB", 25_000_000, "25000000 bytes"),
            ("64KiB", 64 << 10, "64 KiB"),
            ("1KB", 1_000, "1000 bytes"),
            ("2G", 2 << 30, "2 GiB"),
            ("1", 1, "1 bytes"),
        ] {
            let size: Size = text.parse().unwrap();
            assert_eq!((size.bytes(), size.to_string().as_str()), (bytes, shown), "{text}");
        }
        for text in ["", "0", "-1", "MiB", "25 MiBs", "1.5M", "99999999999G", "0x10", "25 M i B"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
