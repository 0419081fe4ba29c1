//! Which event types an endpoint wants.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The most bytes of one pattern: an event type has no more either.
const LONGEST: usize = 200;

/// A pattern of event types, of which the segments have dots between them.
///
/// | pattern | takes | does not take |
/// |---|---|---|
/// | `order.paid` | `order.paid` | `order.paid.late`, `Order.paid` |
/// | `order.*` | `order.paid`, `order.refund` | `order`, `order.refund.failed` |
/// | `*.failed` | `order.failed` | `failed`, `order.refund.failed` |
/// | `order.**` | `order.paid`, `order.refund.failed` | `order`, `orders.paid` |
/// | `**` | every type | |
///
/// A star stands for one whole segment, two stars at the end for one or more. A single star alone is refused, because
/// some take it for every type and some for every type of one segment.
///
/// ```
/// use webhook_sender::EventTypePattern;
/// let pattern: EventTypePattern = "order.**".parse()?;
/// assert!(pattern.matches("order.refund.failed"));
/// assert!(!pattern.matches("order"));
/// # Ok::<(), webhook_sender::PatternError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventTypePattern(String);

impl EventTypePattern {
    /// Every event type.
    #[must_use]
    pub fn every() -> Self {
        Self(String::from("**"))
    }

    /// Whether it takes that event type.
    #[must_use]
    pub fn matches(&self, event_type: &str) -> bool {
        let mut segments = event_type.split('.');
        for wanted in self.0.split('.') {
            let Some(segment) = segments.next() else {
                return false;
            };
            match wanted {
                "**" => return true,
                "*" => {}
                wanted if wanted == segment => {}
                _ => return false,
            }
        }
        segments.next().is_none()
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EventTypePattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for EventTypePattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        if !(1..=LONGEST).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Err(PatternError::Text);
        }
        if text == "*" {
            return Err(PatternError::LoneStar);
        }
        let last = text.split('.').count();
        for (at, segment) in text.split('.').enumerate() {
            match segment {
                "" => return Err(PatternError::EmptySegment),
                "**" if at + 1 < last => return Err(PatternError::StarsInside),
                "*" | "**" => {}
                segment if segment.contains('*') => return Err(PatternError::PartialStar),
                _ => {}
            }
        }
        Ok(Self(text))
    }
}

impl From<EventTypePattern> for String {
    fn from(pattern: EventTypePattern) -> Self {
        pattern.0
    }
}

impl fmt::Display for EventTypePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is wrong with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternError {
    /// Two dots side by side, or one at an end.
    EmptySegment,
    /// A single star alone.
    LoneStar,
    /// A star beside other characters.
    PartialStar,
    /// Two stars anywhere but at the end.
    StarsInside,
    /// Its length or its characters.
    Text,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptySegment => {
                "a segment of the pattern is empty; put something between its dots"
            }
            Self::LoneStar => "a lone `*` is ambiguous; write `**` for every event type",
            Self::PartialStar => "a star must stand for a whole segment, as in `order.*`",
            Self::StarsInside => "`**` may only be the last segment, as in `order.**`",
            Self::Text => "a pattern must have 1 to 200 visible ASCII characters",
        })
    }
}

impl Error for PatternError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_takes_whole_segments() {
        for (pattern, takes, leaves) in [
            (
                "order.paid",
                &["order.paid"][..],
                &["order", "order.paid.late", "Order.paid", "order.pai"][..],
            ),
            (
                "order.*",
                &["order.paid", "order.refund"],
                &["order", "order.refund.failed", "orders.paid"],
            ),
            (
                "*.failed",
                &["order.failed"],
                &["failed", "order.refund.failed", "order.failed.x"],
            ),
            ("a.*.c", &["a.b.c", "a.x.c"], &["a.c", "a.b.d", "a.b.c.d"]),
            (
                "order.**",
                &["order.paid", "order.refund.failed"],
                &["order", "orders.paid", "x.order.paid"],
            ),
            ("**", &["order", "order.paid", "a.b.c.d"], &[]),
            ("*.**", &["a.b", "a.b.c"], &["a"]),
        ] {
            let parsed: EventTypePattern = pattern.parse().unwrap();
            takes.iter().for_each(|event_type| {
                assert!(parsed.matches(event_type), "{pattern} {event_type}")
            });
            leaves.iter().for_each(|event_type| {
                assert!(!parsed.matches(event_type), "{pattern} {event_type}")
            });
        }
        assert!(EventTypePattern::every().matches("anything.at.all"));
    }

    #[test]
    fn a_pattern_that_people_would_read_in_two_ways_is_refused() {
        for (pattern, problem) in [
            ("*", PatternError::LoneStar),
            ("order*", PatternError::PartialStar),
            ("order.pa*", PatternError::PartialStar),
            ("order.***", PatternError::PartialStar),
            ("**.paid", PatternError::StarsInside),
            ("order..paid", PatternError::EmptySegment),
            (".order", PatternError::EmptySegment),
            ("order.", PatternError::EmptySegment),
            ("", PatternError::Text),
            ("or der", PatternError::Text),
            ("é", PatternError::Text),
        ] {
            assert_eq!(
                pattern.parse::<EventTypePattern>().unwrap_err(),
                problem,
                "{pattern}"
            );
        }
        assert_eq!(
            "a".repeat(201).parse::<EventTypePattern>().unwrap_err(),
            PatternError::Text
        );
    }
}
