//! Instants (RFC 3339, UTC, whole microseconds) and calendar dates.
//!
//! The text form has a fixed width, so that it sorts in SQL as it does in time.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, civil};

/// A point in time in UTC, to the microsecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Timestamp);

/// A day of the calendar, in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

/// A text that is no instant or no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct ParseInstantError {
    text: String,
    expected: &'static str,
}

impl Instant {
    /// The instant `microseconds` after 1970-01-01T00:00:00Z; out of range is clamped.
    pub fn from_microseconds(microseconds: i64) -> Self {
        Self(Timestamp::from_microsecond(microseconds).unwrap_or(if microseconds < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        }))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn microseconds(self) -> i64 {
        self.0.as_microsecond()
    }

    /// Whole days from `earlier` to this instant; negative when `earlier` is later.
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.microseconds() - earlier.microseconds()).div_euclid(86_400_000_000)
    }

    /// The day of this instant.
    pub fn date(self) -> Date {
        Date(self.0.to_zoned(TimeZone::UTC).date())
    }
}

impl Date {
    /// The day `days` later; the last representable day when out of range.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        Self(self.0.saturating_add(i64::from(days).days()))
    }

    /// The last microsecond of this day: something that expires on a day is good until then.
    pub fn end(self) -> Instant {
        let start = self.plus_days(1).start();
        Instant::from_microseconds(start.microseconds() - 1)
    }

    /// The first microsecond of this day.
    pub fn start(self) -> Instant {
        Instant(self.0.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |zoned| zoned.timestamp()))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.0)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Instant {
    type Err = ParseInstantError;

    /// Reads an RFC 3339 instant with an offset, or a date, which stands for its last microsecond.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(timestamp) = text.parse::<Timestamp>() {
            return Ok(Self::from_microseconds(timestamp.as_microsecond()));
        }
        text.parse::<Date>().map(Date::end).map_err(|_| ParseInstantError {
            text: text.to_owned(),
            expected: "an instant such as 2026-08-01T12:00:00Z or a date such as 2026-08-01",
        })
    }
}

impl FromStr for Date {
    type Err = ParseInstantError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error =
            || ParseInstantError { text: text.to_owned(), expected: "a date such as 2026-08-01" };
        if text.len() != 10 {
            return Err(error());
        }
        text.parse().map(Self).map_err(|_| error())
    }
}

crate::id::text_serde!(Instant, "format": "date-time");
crate::id::text_serde!(Date, "format": "date");
