//! What a signature covered.

/// How much of the body a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyCoverage {
    /// Nothing of it: the credential only says who may send.
    None,
    /// The names and the values of all its fields, run together: whoever holds one signed request can write it in another
    /// way, and shift the border between a name and a value, but not change the text of them all.
    Fields,
    /// Some of its fields.
    Partial,
    /// Every byte.
    Whole,
}

/// What nobody without the secret could have changed. Travels with the event into the store and the handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Coverage {
    /// How much of the body.
    pub body: BodyCoverage,
    /// Whether the time of signing, which bounds replays.
    pub timestamp: bool,
    /// Whether the id of the event.
    pub id: bool,
}

impl Coverage {
    /// The whole body and nothing else.
    pub const WHOLE_BODY: Self = Self {
        body: BodyCoverage::Whole,
        timestamp: false,
        id: false,
    };

    /// A byte for a database column.
    #[must_use]
    pub const fn to_bits(self) -> u8 {
        let body = match self.body {
            BodyCoverage::None => 0,
            BodyCoverage::Partial => 1,
            BodyCoverage::Whole => 2,
            BodyCoverage::Fields => 3,
        };
        body | (self.timestamp as u8) << 2 | (self.id as u8) << 3
    }

    /// The coverage behind a byte of [`Coverage::to_bits`]. Unknown bits count as not covered.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        let body = match bits & 3 {
            1 => BodyCoverage::Partial,
            2 => BodyCoverage::Whole,
            3 => BodyCoverage::Fields,
            _ => BodyCoverage::None,
        };
        Self {
            body,
            timestamp: bits & 4 != 0,
            id: bits & 8 != 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coverage_survives_its_byte() {
        for body in [
            BodyCoverage::None,
            BodyCoverage::Fields,
            BodyCoverage::Partial,
            BodyCoverage::Whole,
        ] {
            for (timestamp, id) in [(false, false), (false, true), (true, false), (true, true)] {
                let coverage = Coverage {
                    body,
                    timestamp,
                    id,
                };
                assert_eq!(Coverage::from_bits(coverage.to_bits()), coverage);
            }
        }
    }
}
